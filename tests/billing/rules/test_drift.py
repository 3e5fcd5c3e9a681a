"""What differs gets the name that says what is wrong; what agrees gets none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing import models
from billing.rules.drift import FIELDS, Difference, differences
from billing.terms import DriftKind, ObjectKind

MOMENT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MODELS = {
    ObjectKind.CUSTOMER: models.Customer,
    ObjectKind.SUBSCRIPTION: models.Subscription,
    ObjectKind.SUBSCRIPTION_SCHEDULE: models.SubscriptionSchedule,
    ObjectKind.INVOICE: models.Invoice,
    ObjectKind.CHARGE: models.ChargeAttempt,
    ObjectKind.INVOICE_PAYMENT: models.InvoicePayment,
    ObjectKind.REFUND: models.Refund,
    ObjectKind.DISPUTE: models.Dispute,
    ObjectKind.EARLY_FRAUD_WARNING: models.EarlyFraudWarning,
    ObjectKind.CREDIT_NOTE: models.CreditNote,
}
# Ours alone, or the same for as long as the object lives, or an address that Stripe renews as it likes.
_EVERYWHERE = {"id", "livemode", "fetched_at"}
NOT_COMPARED = {
    ObjectKind.CUSTOMER: {
        *("uuid", "organization_id", "stripe_customer_id", "creation_name", "creation_email", "created_at"),
        *("stripe_created_at", "is_deleted"),
    },
    ObjectKind.SUBSCRIPTION: {
        *("stripe_subscription_id", "paused_paid_until", "past_due_at", "is_past_due_since_trial"),
    },
    ObjectKind.SUBSCRIPTION_SCHEDULE: {"stripe_schedule_id"},
    # What the bank asks stands at the invoice's PaymentIntent, which a list does not show.
    ObjectKind.INVOICE: {
        *("stripe_invoice_id", "hosted_invoice_url", "invoice_pdf_url", "is_deleted", "authentication"),
    },
    # A charge does not name its invoice: that is asked for on its own.
    ObjectKind.CHARGE: {"stripe_charge_id", "stripe_invoice_id"},
    ObjectKind.INVOICE_PAYMENT: {"stripe_invoice_payment_id"},
    ObjectKind.REFUND: {"stripe_refund_id"},
    ObjectKind.DISPUTE: {"stripe_dispute_id"},
    ObjectKind.EARLY_FRAUD_WARNING: {"stripe_early_fraud_warning_id"},
    ObjectKind.CREDIT_NOTE: {"stripe_credit_note_id", "pdf_url"},
}


def values(kind: ObjectKind, **changed: Any) -> dict[str, Any]:
    return {**dict.fromkeys(FIELDS[kind], "same"), **changed}


@pytest.mark.parametrize("kind", FIELDS)
def test_every_column_is_compared_or_said_not_to_be(kind: ObjectKind) -> None:
    columns = {field.attname for field in MODELS[kind]._meta.concrete_fields}

    compared = set(FIELDS[kind]) - {"discounts"}

    assert compared | NOT_COMPARED[kind] | _EVERYWHERE == columns
    assert not compared & NOT_COMPARED[kind]


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("stripe_customer_id", "payer"),
        ("organization_id", "payer"),
        ("status", "status"),
        ("stripe_price_id", "plan"),
        ("quantity", "quantity"),
        ("collection_method", "collection"),
        ("stripe_payment_method_id", "payment_method"),
        ("stripe_schedule_id", "schedule"),
        ("current_period_end", "period"),
        ("trial_end", "trial"),
        ("cancel_at", "cancellation"),
        ("discounts", "discount"),
    ],
)
def test_a_field_of_a_subscription_has_one_kind(field: str, kind: str) -> None:
    here, there = values(ObjectKind.SUBSCRIPTION), values(ObjectKind.SUBSCRIPTION, **{field: "other"})

    found = differences(ObjectKind.SUBSCRIPTION, ours=here, theirs=there)

    assert found == (Difference(DriftKind(kind), f"{field} same", f"{field} other"),)


@pytest.mark.parametrize("kind", FIELDS)
def test_what_agrees_differs_in_nothing(kind: ObjectKind) -> None:
    assert differences(kind, ours=values(kind), theirs=values(kind)) == ()


@pytest.mark.parametrize(
    ("object_kind", "ours", "theirs", "expected"),
    [
        (ObjectKind.SUBSCRIPTION, "active", "past_due", "unpaid_but_open"),
        (ObjectKind.SUBSCRIPTION, "trialing", "incomplete_expired", "unpaid_but_open"),
        (ObjectKind.SUBSCRIPTION, "past_due", "active", "status"),
        (ObjectKind.SUBSCRIPTION, "active", "canceled", "status"),
        (ObjectKind.INVOICE, "paid", "open", "unpaid_but_open"),
        (ObjectKind.INVOICE, "open", "paid", "status"),
        (ObjectKind.CHARGE, "succeeded", "failed", "status"),
    ],
)
def test_a_status_that_gives_access_away_has_a_name_of_its_own(
    object_kind: ObjectKind, ours: str, theirs: str, expected: str
) -> None:
    found = differences(object_kind, ours=values(object_kind, status=ours), theirs=values(object_kind, status=theirs))

    assert [difference.kind for difference in found] == [expected]


def test_several_fields_of_one_kind_are_one_difference() -> None:
    here = values(ObjectKind.SUBSCRIPTION, current_period_end=MOMENT, current_period_start=None)
    there = values(
        ObjectKind.SUBSCRIPTION, current_period_end=MOMENT + timedelta(days=1), current_period_start=MOMENT
    )

    found = differences(ObjectKind.SUBSCRIPTION, ours=here, theirs=there)

    assert found == (
        Difference(
            DriftKind.PERIOD,
            "current_period_start –, current_period_end 2026-11-21T12:00:00+00:00",
            "current_period_start 2026-11-21T12:00:00+00:00, current_period_end 2026-11-22T12:00:00+00:00",
        ),
    )


def test_what_one_side_does_not_have_is_missing_or_gone() -> None:
    one = values(ObjectKind.INVOICE)

    assert differences(ObjectKind.INVOICE, ours=None, theirs=one) == (Difference(DriftKind.MISSING),)
    assert differences(ObjectKind.INVOICE, ours=one, theirs=None) == (Difference(DriftKind.GONE),)
    assert differences(ObjectKind.INVOICE, ours=None, theirs=None) == ()
