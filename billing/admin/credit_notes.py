"""Credit notes as Stripe last gave them: what was taken back from an invoice."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.mirrored import MirroredAdmin
from billing.admin.shown import amount, link_out
from billing.models import CreditNote
from billing.terms import CreditNoteStatus


@admin.register(CreditNote)
class CreditNoteAdmin(MirroredAdmin):
    id_field = "stripe_credit_note_id"
    list_display = ["shown_number", "payer", "total", "shown_status", "shown_reason", "invoice", "created_at"]
    list_filter = ["status", "type", "reason", "currency", "livemode"]
    search_fields = ["=number", "=stripe_credit_note_id", "=stripe_invoice_id", "=stripe_customer_id"]
    search_fields += ["organization__name", "organization__email"]
    search_help_text = "A number, a whole id (cn_…, in_…, cus_…), or a part of the organization's name or e-mail."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer", "total", "shown_reason", "invoice", "stripe_customer", "pdf", "timeline"]
    fieldsets = [
        (None, {"fields": ["number", "stripe_credit_note_id", "customer", "status", "total", "created_at"]}),
        ("Why", {"fields": ["type", "shown_reason", "voided_at"]}),
        ("Look further", {"fields": ["invoice", "stripe_customer", "pdf", "timeline"]}),
        ("At Stripe", {"fields": ["livemode", "fetched_at"]}),
    ]

    @display(description="Number", ordering="number")
    def shown_number(self, row: CreditNote) -> str:
        return str(row)

    @display(description="Amount", ordering="total_minor")
    def total(self, row: CreditNote) -> str:
        return amount(row.total_minor, row.currency)

    @display(
        description="Status",
        ordering="status",
        label={CreditNoteStatus.ISSUED.value: "success", CreditNoteStatus.VOID.value: "warning"},
    )
    def shown_status(self, row: CreditNote) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @display(description="PDF")
    def pdf(self, row: CreditNote) -> SafeString | str:
        return link_out(row.pdf_url, "The credit note as PDF")
