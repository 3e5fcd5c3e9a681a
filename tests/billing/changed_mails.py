"""Situations in which a change of plan at once leads to a mail, from rows as a refresh leaves them."""

from datetime import timedelta
from uuid import uuid4

from accounts.models import Organization
from billing import clock
from billing.models import ChangePreview, PlanChange
from billing.services.plan_change_notices import announce_plan_changes
from tests.billing.factories import (
    NOW,
    ChargeAttemptFactory,
    CustomerFactory,
    InvoiceFactory,
    PaymentMethodFactory,
    PriceFactory,
    SubscriptionFactory,
)


def change(
    organization: Organization, *, state: str, due_now_minor: int = 5816, number: int = 0, **changed
) -> PlanChange:
    """A change from Growth to Scale with its preview and invoice; `changed` are the invoice's fields."""
    card = PaymentMethodFactory()
    CustomerFactory(
        organization=organization,
        stripe_customer_id=f"cus_changing_{number}",
        default_stripe_payment_method_id=card.stripe_payment_method_id,
    )
    before = PriceFactory(lookup_key=f"growth_{number}")
    subscription = SubscriptionFactory(
        organization=organization, stripe_customer_id=f"cus_changing_{number}", price=before
    )
    after = PriceFactory(plan__code="scale", lookup_key=f"scale_{number}", amount_minor=12800)
    invoice = InvoiceFactory(organization=organization, total_minor=due_now_minor, **changed)
    preview = ChangePreview.objects.create(
        organization=organization,
        stripe_subscription_id=subscription.stripe_subscription_id,
        stripe_item_id="si_1",
        from_price=before,
        from_quantity=1,
        price=after,
        quantity=1,
        direction="up",
        behaviour="now_invoice",
        proration_behavior="always_invoice",
        payment_behavior=ChangePreview.WAITS,
        proration_at=NOW,
        effective_at=NOW,
        basis="-",
        currency="eur",
        due_now_minor=due_now_minor,
        subtotal_minor=due_now_minor,
        total_minor=due_now_minor,
        next_amount_minor=12800,
        next_at=subscription.current_period_end,
        expires_at=clock.system_now(),
    )
    return PlanChange.objects.create(
        organization=organization,
        request_key=uuid4(),
        preview=preview,
        stripe_subscription_id=subscription.stripe_subscription_id,
        from_price=before,
        from_quantity=1,
        price=after,
        quantity=1,
        direction="up",
        behaviour="now_invoice",
        state=state,
        stripe_invoice_id=invoice.stripe_invoice_id,
        pays_until=NOW + timedelta(hours=23),
        ended_at=None if state == "awaiting_payment" else NOW,
        created_at=clock.system_now() - timedelta(minutes=16),
    )


def make_it(organization: Organization) -> None:
    change(organization, state="succeeded", status="paid")
    announce_plan_changes(NOW)


def make_it_for_nothing(organization: Organization) -> None:
    change(organization, state="succeeded", status="paid", due_now_minor=0)
    announce_plan_changes(NOW)


def leave_it_unpaid(organization: Organization) -> None:
    made = change(organization, state="awaiting_payment", status="open")
    ChargeAttemptFactory(
        organization=organization,
        stripe_invoice_id=made.stripe_invoice_id,
        status="failed",
        failure_code="card_declined",
    )
    announce_plan_changes(NOW)


def leave_it_unconfirmed(organization: Organization) -> None:
    change(organization, state="awaiting_payment", status="open", authentication="required")
    announce_plan_changes(NOW)


def let_it_expire(organization: Organization) -> None:
    change(organization, state="expired", status="void")
    announce_plan_changes(NOW)


def overtake_it(organization: Organization) -> None:
    change(organization, state="superseded", status="void")
    announce_plan_changes(NOW)


def fail_it(organization: Organization) -> None:
    change(organization, state="failed", status="void")
    announce_plan_changes(NOW)


CHANGED_MAILS = [
    ("plan_changed", make_it, ["Scale is on: €58.16 charged", "Visa 4242", "€128.00, on 14 Dec 2026"]),
    ("plan_changed", make_it_for_nothing, ["Scale is on", "Nothing was charged for the change"]),
    (
        "plan_change_waits",
        leave_it_unpaid,
        ["the payment of €58.16", "Visa 4242 did not go through", "stays on Growth", "22 Nov 2026", "/pay/"],
    ),
    ("plan_change_waits", leave_it_unconfirmed, ["€58.16 to confirm", "The card is fine", "Confirm €58.16", "/pay/"]),
    ("plan_change_not_made", let_it_expire, ["was not paid (€58.16)", "nothing of it is owed"]),
    ("plan_change_not_made", overtake_it, ["something newer took its place"]),
    ("plan_change_not_made", fail_it, ["from Growth to Scale could not be made"]),
]
