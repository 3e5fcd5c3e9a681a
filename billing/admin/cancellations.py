"""Who wanted to cancel, or took that back, and why."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import amount, find, link_to, words
from billing.models import CancelRequest
from billing.terms import IntentState

_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "danger",
}


@admin.register(CancelRequest)
class CancelRequestAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "action", "shown_reason", "shown_state", "subscription", "requested_by"]
    list_filter = ["action", "state", "reason"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["=uuid", "=stripe_subscription_id", "organization__name", "requested_by__email", "comment"]
    search_help_text = "A whole id (sub_… or ours), or a part of the organization's name, the e-mail or the comment."
    ordering = ["-id"]
    readonly_fields = ["customer", "shown_reason", "subscription", "refund"]
    fieldsets = [
        (None, {"fields": ["customer", "requested_by", "action", "subscription"]}),
        ("What", {"fields": ["ends_at", "voids_open_invoices", "voids_stripe_invoice_id", "refund"]}),
        ("Why", {"fields": ["shown_reason", "comment"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: CancelRequest) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Reason", ordering="reason")
    def shown_reason(self, row: CancelRequest) -> str:
        return words(row.reason)

    @display(description="Refund wished")
    def refund(self, row: CancelRequest) -> str:
        if not row.wants_refund:
            return "no"
        return "yes" if row.unused_minor is None else amount(row.unused_minor, row.unused_currency)

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: CancelRequest) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Subscription")
    def subscription(self, row: CancelRequest) -> SafeString | str:
        return find("billing_subscription", row.stripe_subscription_id)
