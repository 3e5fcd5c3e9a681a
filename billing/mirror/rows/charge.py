"""Writes one try to collect money: a fact by its own id, whose outcome may still come."""

from typing import Any

from django.conf import settings

from billing.gateway import objects
from billing.mirror import shapes
from billing.mirror.refs import ObjectRef
from billing.mirror.rows.owner import ask_for_customer, organization_id_of
from billing.mirror.written import Fetched, Written, status_change
from billing.models import ChargeAttempt, Dispute, EarlyFraudWarning, PaymentMethod, Refund
from billing.terms import ObjectKind


def ask_more(obj: Any) -> dict[str, Any]:
    """The invoice that it pays, which a charge itself names no longer, and what came back of the money."""
    intent = shapes.text(obj, "payment_intent")
    invoice_id = shapes.charge_invoice_id(obj) or (objects.invoice_id_of(intent) if intent else "")
    return {
        "invoice_id": invoice_id,
        "refunds": objects.list_refunds(obj["id"]) if _was_refunded(obj) else [],
        "disputes": objects.list_disputes(obj["id"]) if shapes.value(obj, "disputed") else [],
    }


def _was_refunded(obj: Any) -> bool:
    """A failed refund lowers the sum again, so a row of ours is a reason to look, too."""
    return bool(obj["amount_refunded"]) or Refund.objects.filter(stripe_charge_id=obj["id"]).exists()


def write(fetched: Fetched) -> Written:
    if fetched.obj is None:
        return Written()
    row = ChargeAttempt.objects.select_for_update().filter(stripe_charge_id=fetched.ref.stripe_id).first()
    if row is None:
        row = ChargeAttempt(stripe_charge_id=fetched.ref.stripe_id)
    before = row.status
    fill(row, fetched.obj)
    row.stripe_invoice_id = fetched.extra["invoice_id"]
    row.fetched_at = fetched.system_at
    row.save()
    return Written(
        row.organization_id,
        changes=status_change(before, row.status),
        follow=(
            *ask_for_customer(row.stripe_customer_id, organization_id=row.organization_id),
            *_unknown_method(row),
            *_what_came_back(row, fetched.extra),
        ),
    )


def _unknown_method(row: ChargeAttempt) -> list[ObjectRef]:
    """What was paid with, if nobody told of it: once it is detached, no list of Stripe's names it any more."""
    method = row.stripe_payment_method_id
    is_known = not method or PaymentMethod.objects.filter(stripe_payment_method_id=method).exists()
    return [] if is_known else [ObjectRef(ObjectKind.PAYMENT_METHOD, method)]


def _what_came_back(row: ChargeAttempt, extra: dict[str, Any]) -> list[ObjectRef]:
    """Refunds and disputes that we have not seen or saw in another state or without their organization."""
    refunds = dict(
        Refund.objects.filter(stripe_charge_id=row.stripe_charge_id).values_list("stripe_refund_id", "status")
    )
    disputes = dict(
        Dispute.objects.filter(stripe_charge_id=row.stripe_charge_id).values_list("stripe_dispute_id", "status")
    )
    return [
        *_that_differ(ObjectKind.REFUND, extra["refunds"], seen=refunds),
        *_that_differ(ObjectKind.DISPUTE, extra["disputes"], seen=disputes),
        *_orphans(row),
    ]


def _that_differ(kind: ObjectKind, found: list[Any], *, seen: dict[str, str]) -> list[ObjectRef]:
    return [ObjectRef(kind, obj["id"]) for obj in found if seen.get(obj["id"]) != shapes.text(obj, "status")]


def _orphans(row: ChargeAttempt) -> list[ObjectRef]:
    """Rows that came before their charge did: each is refreshed again to learn whose it is."""
    if row.organization_id is None:
        return []
    here = {"stripe_charge_id": row.stripe_charge_id, "organization": None}
    return [
        *(ObjectRef(ObjectKind.REFUND, found.stripe_refund_id) for found in Refund.objects.filter(**here)),
        *(ObjectRef(ObjectKind.DISPUTE, found.stripe_dispute_id) for found in Dispute.objects.filter(**here)),
        *(
            ObjectRef(ObjectKind.EARLY_FRAUD_WARNING, found.stripe_early_fraud_warning_id)
            for found in EarlyFraudWarning.objects.filter(**here)
        ),
    ]


def fill(row: ChargeAttempt, obj: Any) -> None:
    """Set what Stripe says on a row, stored or not; saves nothing."""
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_customer_id = shapes.text(obj, "customer")
    row.organization_id = organization_id_of(row.stripe_customer_id)
    row.stripe_payment_intent_id = shapes.text(obj, "payment_intent")
    row.status = shapes.text(obj, "status")
    row.currency = shapes.text(obj, "currency")
    row.amount_minor = obj["amount"]
    row.amount_captured_minor = obj["amount_captured"]
    row.amount_refunded_minor = obj["amount_refunded"]
    row.is_disputed = bool(shapes.value(obj, "disputed"))
    row.failure_code = shapes.text(obj, "failure_code")
    row.decline_code = shapes.text(obj, "outcome", "reason")
    row.advice_code = shapes.text(obj, "outcome", "advice_code")
    row.network_decline_code = shapes.text(obj, "outcome", "network_decline_code")
    row.network_advice_code = shapes.text(obj, "outcome", "network_advice_code")
    row.outcome_type = shapes.text(obj, "outcome", "type")
    row.stripe_payment_method_id = shapes.text(obj, "payment_method")
    row.card_brand = shapes.text(obj, "payment_method_details", "card", "brand")
    row.card_last4 = shapes.text(obj, "payment_method_details", "card", "last4")
    row.card_fingerprint = shapes.text(obj, "payment_method_details", "card", "fingerprint")
    row.created_at = shapes.created_at(obj)
