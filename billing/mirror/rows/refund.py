"""Writes one refund: a fact by its own id, whose outcome may come days later."""

from typing import Any

from django.conf import settings

from billing.mirror import shapes
from billing.mirror.rows.owner import ask_for_charge, organization_id_of_charge
from billing.mirror.written import Fetched, Written, status_change
from billing.models import Refund


def write(fetched: Fetched) -> Written:
    if fetched.obj is None:
        return Written()
    row = Refund.objects.select_for_update().filter(stripe_refund_id=fetched.ref.stripe_id).first()
    row = row or Refund(stripe_refund_id=fetched.ref.stripe_id)
    before = row.status
    fill(row, fetched.obj)
    row.fetched_at = fetched.system_at
    row.save()
    return Written(
        row.organization_id,
        changes=status_change(before, row.status),
        follow=ask_for_charge(row.stripe_charge_id, organization_id=row.organization_id),
    )


def fill(row: Refund, obj: Any) -> None:
    """Set what Stripe says on a row, stored or not; saves nothing."""
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_charge_id = shapes.text(obj, "charge")
    row.stripe_payment_intent_id = shapes.text(obj, "payment_intent")
    row.organization_id = organization_id_of_charge(row.stripe_charge_id)
    row.status = shapes.text(obj, "status")
    row.currency = shapes.text(obj, "currency")
    row.amount_minor = obj["amount"]
    row.reason = shapes.text(obj, "reason")
    row.pending_reason = shapes.text(obj, "pending_reason")
    row.failure_reason = shapes.text(obj, "failure_reason")
    row.request_uuid = shapes.text(obj, "metadata", "refund_request")[:100]
    row.created_at = shapes.created_at(obj)
