"""Invoices as Stripe last gave them, with their payments."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.refund_actions import RefundsInvoice
from billing.admin.shown import NOTHING, amount, find, link_out, link_to, link_to_list, words
from billing.models import Invoice
from billing.terms import InvoiceStatus

_COLOURS = {
    InvoiceStatus.PAID.value: "success",
    InvoiceStatus.OPEN.value: "warning",
    InvoiceStatus.UNCOLLECTIBLE.value: "danger",
    InvoiceStatus.DRAFT.value: "info",
}


@admin.register(Invoice)
class InvoiceAdmin(RefundsInvoice):
    list_display = ["shown_number", "customer", "total", "remaining", "shown_status", "reason", "created_at"]
    list_filter = ["status", "authentication", "billing_reason", "collection_method", "currency", "livemode"]
    list_select_related = ["organization"]
    search_fields = [
        "=number",
        "=stripe_invoice_id",
        "=stripe_subscription_id",
        "=stripe_customer_id",
        "organization__name",
        "organization__email",
    ]
    search_help_text = "A number, a whole id (in_…, sub_…, cus_…), or a part of the organization's name or e-mail."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer", "reason", "total", "due", "paid", "remaining", "subscription"]
    readonly_fields += ["stripe_customer", "payments", "hosted_page", "pdf", "timeline"]
    fieldsets = [
        (None, {"fields": ["number", "stripe_invoice_id", "customer", "status", "authentication", "reason"]}),
        ("Amounts", {"fields": ["total", "due", "paid", "remaining", "currency"]}),
        ("Dates", {"fields": ["created_at", "due_at", "paid_at", "next_payment_attempt_at", "attempt_count"]}),
        ("Terms", {"fields": ["collection_method"]}),
        (
            "Look further",
            {"fields": ["subscription", "stripe_customer", "payments", "timeline", "hosted_page", "pdf"]},
        ),
        ("At Stripe", {"fields": ["livemode", "is_deleted", "fetched_at"]}),
    ]

    @display(description="Number", ordering="number")
    def shown_number(self, row: Invoice) -> str:
        return str(row)

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: Invoice) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Status", ordering="status", label=_COLOURS)
    def shown_status(self, row: Invoice) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @display(description="Reason", ordering="billing_reason")
    def reason(self, row: Invoice) -> str:
        return words(row.billing_reason)

    @display(description="Total", ordering="total_minor")
    def total(self, row: Invoice) -> str:
        return amount(row.total_minor, row.currency)

    @display(description="Due")
    def due(self, row: Invoice) -> str:
        return amount(row.amount_due_minor, row.currency)

    @display(description="Paid")
    def paid(self, row: Invoice) -> str:
        return amount(row.amount_paid_minor, row.currency)

    @display(description="Still to pay", ordering="amount_remaining_minor")
    def remaining(self, row: Invoice) -> str:
        return amount(row.amount_remaining_minor, row.currency) if row.amount_remaining_minor else NOTHING

    @display(description="Subscription")
    def subscription(self, row: Invoice) -> SafeString | str:
        return find("billing_subscription", row.stripe_subscription_id)

    @display(description="Customer")
    def stripe_customer(self, row: Invoice) -> SafeString | str:
        return find("billing_customer", row.stripe_customer_id)

    @display(description="Payments")
    def payments(self, row: Invoice) -> SafeString | str:
        return link_to_list("billing_chargeattempt", "Each try to collect it", q=row.stripe_invoice_id)

    @display(description="Timeline")
    def timeline(self, row: Invoice) -> SafeString | str:
        return link_to_list("billing_transition", "What happened to it", q=row.stripe_invoice_id)

    @display(description="Payment page")
    def hosted_page(self, row: Invoice) -> SafeString | str:
        return link_out(row.hosted_invoice_url, "The page on which the customer pays")

    @display(description="PDF")
    def pdf(self, row: Invoice) -> SafeString | str:
        return link_out(row.invoice_pdf_url, "The invoice as PDF")
