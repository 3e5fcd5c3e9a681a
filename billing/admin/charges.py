"""Every try to collect money, with what the bank said."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.refund_actions import RefundsCharge
from billing.admin.shown import NOTHING, amount, find, link_to, words
from billing.models import ChargeAttempt
from billing.terms import ChargeStatus

_COLOURS = {
    ChargeStatus.SUCCEEDED.value: "success",
    ChargeStatus.PENDING.value: "info",
    ChargeStatus.FAILED.value: "danger",
}


@admin.register(ChargeAttempt)
class ChargeAttemptAdmin(RefundsCharge):
    list_display = ["payer", "total", "shown_status", "cause", "card", "invoice", "created_at"]
    list_filter = ["status", "decline_code", "currency", "livemode"]
    list_select_related = ["organization"]
    search_fields = [
        "=stripe_charge_id",
        "=stripe_invoice_id",
        "=stripe_payment_intent_id",
        "=stripe_customer_id",
        "organization__name",
        "organization__email",
    ]
    search_help_text = "A whole id (ch_…, in_…, pi_…, cus_…), or a part of the organization's name or e-mail."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer", "total", "card", "invoice", "stripe_customer"]
    fieldsets = [
        (None, {"fields": ["stripe_charge_id", "customer", "status", "total", "created_at"]}),
        (
            "What the bank said",
            {"fields": ["failure_code", "decline_code", "advice_code", "network_decline_code"]},
        ),
        ("Card", {"fields": ["card", "card_fingerprint"]}),
        ("Look further", {"fields": ["invoice", "stripe_customer", "stripe_payment_intent_id"]}),
        ("At Stripe", {"fields": ["livemode", "fetched_at"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: ChargeAttempt) -> str:
        return str(row.organization or "Nobody we know")

    @display(description="Organization")
    def customer(self, row: ChargeAttempt) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Amount", ordering="amount_minor")
    def total(self, row: ChargeAttempt) -> str:
        return amount(row.amount_minor, row.currency)

    @display(description="Status", ordering="status", label=_COLOURS)
    def shown_status(self, row: ChargeAttempt) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @display(description="Cause", ordering="decline_code")
    def cause(self, row: ChargeAttempt) -> str:
        return words(row.decline_code or row.failure_code)

    @display(description="Card")
    def card(self, row: ChargeAttempt) -> str:
        return f"{row.card_brand} {row.card_last4}".strip() or NOTHING

    @display(description="Invoice")
    def invoice(self, row: ChargeAttempt) -> SafeString | str:
        return find("billing_invoice", row.stripe_invoice_id)

    @display(description="Customer")
    def stripe_customer(self, row: ChargeAttempt) -> SafeString | str:
        return find("billing_customer", row.stripe_customer_id)
