"""Which payment counts towards which invoice, as Stripe last gave it."""

from django.contrib import admin
from unfold.decorators import display

from billing.admin.mirrored import MirroredAdmin
from billing.admin.shown import amount
from billing.models import InvoicePayment
from billing.terms import InvoicePaymentStatus

_COLOURS = {
    InvoicePaymentStatus.PAID.value: "success",
    InvoicePaymentStatus.OPEN.value: "info",
    InvoicePaymentStatus.CANCELED.value: "warning",
}


@admin.register(InvoicePayment)
class InvoicePaymentAdmin(MirroredAdmin):
    id_field = "stripe_invoice_payment_id"
    list_display = ["payer", "requested", "paid", "shown_status", "invoice", "created_at"]
    list_filter = ["status", "is_default", "currency", "livemode"]
    search_fields = ["=stripe_invoice_payment_id", "=stripe_invoice_id", "=stripe_payment_intent_id"]
    search_fields += ["organization__name", "organization__email"]
    search_help_text = "A whole id (inpay_…, in_…, pi_…), or a part of the organization's name or e-mail."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer", "requested", "paid", "invoice", "charge", "timeline"]
    fieldsets = [
        (None, {"fields": ["stripe_invoice_payment_id", "customer", "status", "requested", "paid"]}),
        ("When", {"fields": ["created_at", "paid_at", "is_default"]}),
        ("Look further", {"fields": ["invoice", "charge", "stripe_payment_intent_id", "timeline"]}),
        ("At Stripe", {"fields": ["livemode", "fetched_at"]}),
    ]

    @display(description="Asked for", ordering="amount_requested_minor")
    def requested(self, row: InvoicePayment) -> str:
        return amount(row.amount_requested_minor, row.currency)

    @display(description="Paid", ordering="amount_paid_minor")
    def paid(self, row: InvoicePayment) -> str:
        return amount(row.amount_paid_minor, row.currency)

    @display(description="Status", ordering="status", label=_COLOURS)
    def shown_status(self, row: InvoicePayment) -> tuple[str, str]:
        return row.status, row.get_status_display()
