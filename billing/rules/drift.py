"""Decides how one of our rows differs from the same object at Stripe; it must not know where either was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.terms import DriftKind, InvoiceStatus, ObjectKind, SubscriptionStatus

_PAYER = {"stripe_customer_id": DriftKind.PAYER, "organization_id": DriftKind.PAYER}
_OF_CHARGE = {
    "stripe_charge_id": DriftKind.DETAILS,
    "stripe_payment_intent_id": DriftKind.DETAILS,
    "organization_id": DriftKind.PAYER,
}
_SUM = {"currency": DriftKind.AMOUNT, "amount_minor": DriftKind.AMOUNT}

FIELDS: dict[ObjectKind, dict[str, DriftKind]] = {
    ObjectKind.CUSTOMER: {
        "currency": DriftKind.DETAILS,
        "default_stripe_payment_method_id": DriftKind.PAYMENT_METHOD,
        "is_delinquent": DriftKind.STATUS,
        "discounts": DriftKind.DISCOUNT,
    },
    ObjectKind.SUBSCRIPTION: {
        **_PAYER,
        "status": DriftKind.STATUS,
        "stripe_price_id": DriftKind.PLAN,
        "currency": DriftKind.PLAN,
        "pending_update_reference": DriftKind.PLAN,
        "pending_update_expires_at": DriftKind.PLAN,
        "missing_card_policy": DriftKind.TRIAL,
        "quantity": DriftKind.QUANTITY,
        "collection_method": DriftKind.COLLECTION,
        "days_until_due": DriftKind.COLLECTION,
        "is_collection_paused": DriftKind.COLLECTION,
        "resumes_at": DriftKind.COLLECTION,
        "stripe_payment_method_id": DriftKind.PAYMENT_METHOD,
        "stripe_schedule_id": DriftKind.SCHEDULE,
        "current_period_start": DriftKind.PERIOD,
        "current_period_end": DriftKind.PERIOD,
        "stripe_latest_invoice_id": DriftKind.PERIOD,
        "created_at": DriftKind.PERIOD,
        "trial_start": DriftKind.TRIAL,
        "trial_end": DriftKind.TRIAL,
        "cancel_at": DriftKind.CANCELLATION,
        "cancel_at_period_end": DriftKind.CANCELLATION,
        "canceled_at": DriftKind.CANCELLATION,
        "ended_at": DriftKind.CANCELLATION,
        "cancellation_reason": DriftKind.CANCELLATION,
        "discounts": DriftKind.DISCOUNT,
    },
    ObjectKind.SUBSCRIPTION_SCHEDULE: {
        **_PAYER,
        "stripe_subscription_id": DriftKind.DETAILS,
        "status": DriftKind.STATUS,
        "ended_at": DriftKind.STATUS,
        "end_behavior": DriftKind.SCHEDULE,
        "current_phase_end": DriftKind.SCHEDULE,
        "next_stripe_price_id": DriftKind.SCHEDULE,
        "next_quantity": DriftKind.SCHEDULE,
        "created_at": DriftKind.DETAILS,
    },
    ObjectKind.INVOICE: {
        **_PAYER,
        "stripe_subscription_id": DriftKind.DETAILS,
        "number": DriftKind.NUMBER,
        "status": DriftKind.STATUS,
        "paid_at": DriftKind.STATUS,
        "currency": DriftKind.AMOUNT,
        "total_minor": DriftKind.AMOUNT,
        "amount_due_minor": DriftKind.AMOUNT,
        "amount_paid_minor": DriftKind.AMOUNT,
        "amount_remaining_minor": DriftKind.AMOUNT,
        "attempt_count": DriftKind.COLLECTION,
        "has_been_attempted": DriftKind.COLLECTION,
        "next_payment_attempt_at": DriftKind.COLLECTION,
        "due_at": DriftKind.COLLECTION,
        "collection_method": DriftKind.COLLECTION,
        "billing_reason": DriftKind.DETAILS,
        "created_at": DriftKind.DETAILS,
    },
    ObjectKind.CHARGE: {
        **_PAYER,
        **_SUM,
        "amount_captured_minor": DriftKind.AMOUNT,
        "amount_refunded_minor": DriftKind.AMOUNT,
        "status": DriftKind.STATUS,
        "is_disputed": DriftKind.STATUS,
        "failure_code": DriftKind.STATUS,
        "decline_code": DriftKind.STATUS,
        "advice_code": DriftKind.STATUS,
        "network_decline_code": DriftKind.STATUS,
        "network_advice_code": DriftKind.STATUS,
        "outcome_type": DriftKind.STATUS,
        "stripe_payment_method_id": DriftKind.PAYMENT_METHOD,
        "card_brand": DriftKind.PAYMENT_METHOD,
        "card_last4": DriftKind.PAYMENT_METHOD,
        "card_fingerprint": DriftKind.PAYMENT_METHOD,
        "stripe_payment_intent_id": DriftKind.DETAILS,
        "created_at": DriftKind.DETAILS,
    },
    ObjectKind.INVOICE_PAYMENT: {
        "organization_id": DriftKind.PAYER,
        "stripe_invoice_id": DriftKind.DETAILS,
        "stripe_payment_intent_id": DriftKind.DETAILS,
        "stripe_charge_id": DriftKind.DETAILS,
        "status": DriftKind.STATUS,
        "paid_at": DriftKind.STATUS,
        "is_default": DriftKind.DETAILS,
        "currency": DriftKind.AMOUNT,
        "amount_requested_minor": DriftKind.AMOUNT,
        "amount_paid_minor": DriftKind.AMOUNT,
        "created_at": DriftKind.DETAILS,
    },
    ObjectKind.REFUND: {
        **_OF_CHARGE,
        **_SUM,
        "status": DriftKind.STATUS,
        "pending_reason": DriftKind.STATUS,
        "failure_reason": DriftKind.STATUS,
        "reason": DriftKind.DETAILS,
        "request_uuid": DriftKind.DETAILS,
        "created_at": DriftKind.DETAILS,
    },
    ObjectKind.DISPUTE: {
        **_OF_CHARGE,
        **_SUM,
        "status": DriftKind.STATUS,
        "is_charge_refundable": DriftKind.STATUS,
        "is_past_due": DriftKind.STATUS,
        "evidence_due_at": DriftKind.PERIOD,
        "has_evidence": DriftKind.DETAILS,
        "submission_count": DriftKind.DETAILS,
        "reason": DriftKind.DETAILS,
        "network_reason_code": DriftKind.DETAILS,
        "created_at": DriftKind.DETAILS,
    },
    ObjectKind.EARLY_FRAUD_WARNING: {
        **_OF_CHARGE,
        "is_actionable": DriftKind.STATUS,
        "fraud_type": DriftKind.DETAILS,
        "created_at": DriftKind.DETAILS,
    },
    ObjectKind.CREDIT_NOTE: {
        **_PAYER,
        "stripe_invoice_id": DriftKind.DETAILS,
        "number": DriftKind.NUMBER,
        "status": DriftKind.STATUS,
        "voided_at": DriftKind.STATUS,
        "currency": DriftKind.AMOUNT,
        "total_minor": DriftKind.AMOUNT,
        "type": DriftKind.DETAILS,
        "reason": DriftKind.DETAILS,
        "created_at": DriftKind.DETAILS,
    },
}
"""What is compared of each kind of object, and what a difference in it is called."""

_READS_AS_PAID: dict[ObjectKind, set[str]] = {
    ObjectKind.SUBSCRIPTION: {SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING},
    ObjectKind.INVOICE: {InvoiceStatus.PAID},
}
_IS_UNPAID: dict[ObjectKind, set[str]] = {
    ObjectKind.SUBSCRIPTION: {
        SubscriptionStatus.PAST_DUE,
        SubscriptionStatus.UNPAID,
        SubscriptionStatus.INCOMPLETE,
        SubscriptionStatus.INCOMPLETE_EXPIRED,
    },
    ObjectKind.INVOICE: {InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE},
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of difference, with the fields that differ as text; both are empty where one side has nothing."""

    kind: DriftKind
    ours: str = ""
    theirs: str = ""


def differences(
    object_kind: ObjectKind, *, ours: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None
) -> tuple[Difference, ...]:
    """How the two differ, a kind at most once; empty when they agree. None where the side does not have the object.

    Both map the names in `FIELDS` to values; datetimes are aware.
    """
    if theirs is None:
        return (Difference(DriftKind.GONE),) if ours is not None else ()
    if ours is None:
        return (Difference(DriftKind.MISSING),)
    fields: dict[DriftKind, list[str]] = {}
    for field, kind in FIELDS[object_kind].items():
        if ours[field] != theirs[field]:
            named = _worse(object_kind, ours[field], theirs[field]) if field == "status" else kind
            fields.setdefault(named, []).append(field)
    return tuple(Difference(kind, _text(ours, names), _text(theirs, names)) for kind, names in fields.items())


def _worse(object_kind: ObjectKind, ours: str, theirs: str) -> DriftKind:
    """A status that gives access away has a name of its own: it costs money until it is put right."""
    is_paid_here = ours in _READS_AS_PAID.get(object_kind, set())
    is_unpaid_there = theirs in _IS_UNPAID.get(object_kind, set())
    return DriftKind.UNPAID_BUT_OPEN if is_paid_here and is_unpaid_there else DriftKind.STATUS


def _text(values: Mapping[str, Any], names: list[str]) -> str:
    return ", ".join(f"{name} {_shown(values[name])}" for name in names)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
