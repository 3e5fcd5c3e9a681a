"""Writes which payment counts towards which invoice."""

from typing import Any

from django.conf import settings

from billing.mirror import shapes
from billing.mirror.refs import ObjectRef
from billing.mirror.written import Fetched, Written, status_change
from billing.models import Invoice, InvoicePayment
from billing.terms import ObjectKind


def write(fetched: Fetched) -> Written:
    if fetched.obj is None:
        return Written()
    rows = InvoicePayment.objects.select_for_update()
    row = rows.filter(stripe_invoice_payment_id=fetched.ref.stripe_id).first()
    row = row or InvoicePayment(stripe_invoice_payment_id=fetched.ref.stripe_id)
    before = row.status
    fill(row, fetched.obj)
    row.fetched_at = fetched.system_at
    row.save()
    is_known = Invoice.objects.filter(stripe_invoice_id=row.stripe_invoice_id).exists()
    follow = () if is_known else (ObjectRef(ObjectKind.INVOICE, row.stripe_invoice_id),)
    return Written(row.organization_id, changes=status_change(before, row.status), follow=follow)


def fill(row: InvoicePayment, obj: Any) -> None:
    """Set what Stripe says on a row, stored or not; saves nothing."""
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_invoice_id = shapes.text(obj, "invoice")
    invoices = Invoice.objects.filter(stripe_invoice_id=row.stripe_invoice_id)
    row.organization_id = invoices.values_list("organization_id", flat=True).first()
    row.stripe_payment_intent_id = shapes.text(obj, "payment", "payment_intent")
    row.stripe_charge_id = shapes.text(obj, "payment", "charge")
    row.status = shapes.text(obj, "status")
    row.is_default = bool(shapes.value(obj, "is_default"))
    row.currency = shapes.text(obj, "currency")
    row.amount_requested_minor = obj["amount_requested"]
    row.amount_paid_minor = shapes.value(obj, "amount_paid")
    row.created_at = shapes.created_at(obj)
    row.paid_at = shapes.moment(obj, "status_transitions", "paid_at")
