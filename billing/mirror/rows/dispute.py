"""Writes a dispute or inquiry; an impossible or unknown status is stored as it came."""

from typing import Any

from django.conf import settings

from billing.mirror import shapes
from billing.mirror.rows.owner import ask_for_charge, organization_id_of_charge
from billing.mirror.written import Fetched, Written, status_change
from billing.models import Dispute


def write(fetched: Fetched) -> Written:
    if fetched.obj is None:
        return Written()
    row = Dispute.objects.select_for_update().filter(stripe_dispute_id=fetched.ref.stripe_id).first()
    row = row or Dispute(stripe_dispute_id=fetched.ref.stripe_id)
    before = row.status
    fill(row, fetched.obj)
    row.fetched_at = fetched.system_at
    row.save()
    return Written(
        row.organization_id,
        changes=status_change(before, row.status),
        follow=ask_for_charge(row.stripe_charge_id, organization_id=row.organization_id),
    )


def fill(row: Dispute, obj: Any) -> None:
    """Set what Stripe says on a row, stored or not; saves nothing."""
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_charge_id = shapes.text(obj, "charge")
    row.stripe_payment_intent_id = shapes.text(obj, "payment_intent")
    row.organization_id = organization_id_of_charge(row.stripe_charge_id)
    row.status = shapes.text(obj, "status")
    row.reason = shapes.text(obj, "reason")
    row.network_reason_code = shapes.text(obj, "payment_method_details", "card", "network_reason_code")
    row.currency = shapes.text(obj, "currency")
    row.amount_minor = obj["amount"]
    row.is_charge_refundable = bool(shapes.value(obj, "is_charge_refundable"))
    # Zero says that no answer is possible (https://docs.stripe.com/api/disputes/object, read 2026-11-20).
    row.evidence_due_at = shapes.moment(obj, "evidence_details", "due_by")
    row.has_evidence = bool(shapes.value(obj, "evidence_details", "has_evidence"))
    row.is_past_due = bool(shapes.value(obj, "evidence_details", "past_due"))
    row.submission_count = shapes.value(obj, "evidence_details", "submission_count") or 0
    row.created_at = shapes.created_at(obj)
