"""A customer with a row of everything that the customer's page shows, so that no part of it is read for nothing."""

from datetime import timedelta
from uuid import uuid4

from accounts.models import Organization
from billing import audit, notices
from billing.models import CustomerNote, StaffTask
from tests.billing import situations
from tests.billing.admin import mirrored_rows
from tests.billing.cases import give_case
from tests.billing.factories import NOW, ChargeAttemptFactory, LocalTrialFactory, PlanFactory
from tests.billing.situations import give_invoice, tell
from tests.factories import MembershipFactory, OrganizationFactory

HOUR = timedelta(hours=1)


def busy_customer(*, rows: int = 1) -> Organization:
    """`rows` of each; the subscription is past due, and a trial without a card lies behind."""
    situations.put_catalogue_on_sale()
    organization = OrganizationFactory(name="Oakline Studio", email="books@oakline.example")
    alice = MembershipFactory(organization=organization, user__full_name="Alice Nguyen").user
    subscription = situations.go_past_due(organization)
    give_case(subscription, now=NOW)
    LocalTrialFactory(organization=organization, plan=PlanFactory(), started_at=NOW - 90 * 24 * HOUR, ends_at=NOW)
    audit.record("seats_raised", subject="sub_1", organization=organization, actor=alice, quantity=3)
    tell(organization, "subscription", subscription.stripe_subscription_id, to="active", at=NOW - HOUR)
    for number in range(rows):
        _money(subscription, number=number)
        CustomerNote.objects.create(
            organization=organization, author=alice, text=f"Note {number}", request_key=uuid4(), created_at=NOW
        )
        StaffTask.objects.create(
            key=f"of:{organization.pk}:{number}", kind="dead_letter", organization=organization, summary="To look at"
        )
        notices.enqueue(
            "local_trial_ended",
            key=f"trial_ended:{organization.pk}:{number}",
            organization=organization,
            cause_at=NOW,
            plan=PlanFactory(),
            ends_at=NOW,
        )
    return organization


def _money(subscription, *, number: int) -> None:
    """An invoice with its charge, and what went back of it."""
    organization, at = subscription.organization, NOW - number * HOUR
    invoice = give_invoice(subscription)
    charge = ChargeAttemptFactory(
        organization=organization, stripe_invoice_id=invoice.stripe_invoice_id, status="failed", created_at=at
    )
    tell(organization, "invoice", invoice.stripe_invoice_id, to="paid", at=at, from_state="open")
    tell(organization, "charge", charge.stripe_charge_id, to="failed", at=at)
    base = 9000 + organization.pk * 100 + number
    for kind, make, state in (
        ("refund", mirrored_rows.refund, "succeeded"),
        ("dispute", mirrored_rows.dispute, "needs_response"),
        ("credit_note", mirrored_rows.credit_note, "issued"),
    ):
        row = make(base)
        type(row).objects.filter(pk=row.pk).update(organization=organization, livemode=False)
        tell(organization, kind, getattr(row, f"stripe_{kind}_id"), to=state, at=at)
