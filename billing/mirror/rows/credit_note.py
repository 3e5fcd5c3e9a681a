"""Writes a credit note: what was taken back from a final invoice."""

from typing import Any

from django.conf import settings

from billing.mirror import shapes
from billing.mirror.rows.owner import ask_for_customer, organization_id_of
from billing.mirror.written import Fetched, Written, status_change
from billing.models import CreditNote


def write(fetched: Fetched) -> Written:
    if fetched.obj is None:
        return Written()
    row = CreditNote.objects.select_for_update().filter(stripe_credit_note_id=fetched.ref.stripe_id).first()
    row = row or CreditNote(stripe_credit_note_id=fetched.ref.stripe_id)
    before = row.status
    fill(row, fetched.obj)
    row.fetched_at = fetched.system_at
    row.save()
    return Written(
        row.organization_id,
        changes=status_change(before, row.status),
        follow=ask_for_customer(row.stripe_customer_id, organization_id=row.organization_id),
    )


def fill(row: CreditNote, obj: Any) -> None:
    """Set what Stripe says on a row, stored or not; saves nothing."""
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_customer_id = shapes.text(obj, "customer")
    row.organization_id = organization_id_of(row.stripe_customer_id)
    row.stripe_invoice_id = shapes.text(obj, "invoice")
    row.number = shapes.text(obj, "number")
    row.type = shapes.text(obj, "type")
    row.status = shapes.text(obj, "status")
    row.reason = shapes.text(obj, "reason")
    row.currency = shapes.text(obj, "currency")
    row.total_minor = obj["total"]
    row.pdf_url = shapes.text(obj, "pdf")
    row.created_at = shapes.created_at(obj)
    row.voided_at = shapes.moment(obj, "voided_at")
