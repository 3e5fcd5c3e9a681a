"""Writes one try to collect money: a fact by its own id, whose outcome may still come."""

from typing import Any

from django.conf import settings

from billing.gateway import objects
from billing.mirror import shapes
from billing.mirror.rows.owner import ask_for_customer, organization_id_of
from billing.mirror.written import Fetched, Written, status_change
from billing.models import ChargeAttempt


def ask_more(obj: Any) -> dict[str, Any]:
    """The invoice that it pays: a charge itself does not name it any more."""
    intent = shapes.text(obj, "payment_intent")
    return {"invoice_id": objects.invoice_id_of(intent) if intent else ""}


def write(fetched: Fetched) -> Written:
    if fetched.obj is None:
        return Written()
    row = ChargeAttempt.objects.select_for_update().filter(stripe_charge_id=fetched.ref.stripe_id).first()
    if row is None:
        row = ChargeAttempt(stripe_charge_id=fetched.ref.stripe_id)
    before = row.status
    _fill(row, fetched.obj)
    row.stripe_invoice_id = fetched.extra["invoice_id"]
    row.fetched_at = fetched.system_at
    row.save()
    return Written(
        row.organization_id,
        changes=status_change(before, row.status),
        follow=ask_for_customer(row.stripe_customer_id, organization_id=row.organization_id),
    )


def _fill(row: ChargeAttempt, obj: Any) -> None:
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_customer_id = shapes.text(obj, "customer")
    row.organization_id = organization_id_of(row.stripe_customer_id)
    row.stripe_payment_intent_id = shapes.text(obj, "payment_intent")
    row.status = shapes.text(obj, "status")
    row.currency = shapes.text(obj, "currency")
    row.amount_minor = obj["amount"]
    row.failure_code = shapes.text(obj, "failure_code")
    row.decline_code = shapes.text(obj, "outcome", "reason")
    row.advice_code = shapes.text(obj, "outcome", "advice_code")
    row.network_decline_code = shapes.text(obj, "outcome", "network_decline_code")
    row.card_brand = shapes.text(obj, "payment_method_details", "card", "brand")
    row.card_last4 = shapes.text(obj, "payment_method_details", "card", "last4")
    row.card_fingerprint = shapes.text(obj, "payment_method_details", "card", "fingerprint")
    row.created_at = shapes.created_at(obj)
