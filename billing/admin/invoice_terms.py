"""Which organizations staff let pay by invoice, and whose cards are charged again."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import find, link_to
from billing.models import InvoiceTermsChange
from billing.terms import IntentState

_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "danger",
}


@admin.register(InvoiceTermsChange)
class InvoiceTermsChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "terms", "shown_state", "subscription", "requested_by"]
    list_filter = ["state"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["=uuid", "=stripe_subscription_id", "organization__name", "requested_by__email"]
    search_help_text = "A whole id (sub_… or ours), or a part of the organization's name or the person's e-mail."
    ordering = ["-id"]
    readonly_fields = ["customer", "terms", "subscription"]
    fieldsets = [
        (None, {"fields": ["customer", "requested_by", "terms", "reason", "subscription"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: InvoiceTermsChange) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Pays", ordering="days_until_due")
    def terms(self, row: InvoiceTermsChange) -> str:
        return f"By invoice, within {row.days_until_due} days" if row.days_until_due else "By card"

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: InvoiceTermsChange) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Subscription")
    def subscription(self, row: InvoiceTermsChange) -> SafeString | str:
        return find("billing_subscription", row.stripe_subscription_id)
