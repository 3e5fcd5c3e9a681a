"""Checkouts that we opened, and what became of them."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import NOTHING, find, link_to, price_text
from billing.models import CheckoutIntent
from billing.terms import CheckoutState

_COLOURS = {
    CheckoutState.RECORDED.value: "info",
    CheckoutState.OPEN.value: "info",
    CheckoutState.COMPLETE.value: "success",
    CheckoutState.EXPIRED.value: "warning",
    CheckoutState.FAILED.value: "danger",
}


@admin.register(CheckoutIntent)
class CheckoutIntentAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "plan", "shown_price", "trial", "shown_state", "customer", "started_by"]
    list_filter = ["state", "price__plan"]
    list_select_related = ["organization", "price__plan", "started_by"]
    search_fields = ["=uuid", "=stripe_session_id", "=stripe_customer_id", "organization__name", "started_by__email"]
    search_help_text = (
        "A whole id (cs_…, cus_… or ours), or a part of the organization's name or the person's e-mail."
    )
    ordering = ["-id"]
    readonly_fields = ["customer", "plan", "shown_price", "trial", "stripe_customer", "timeline"]
    fieldsets = [
        (None, {"fields": ["customer", "started_by", "plan", "shown_price", "trial", "promotion_code"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Look further", {"fields": ["stripe_customer", "stripe_session_id", "timeline"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: CheckoutIntent) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Plan", ordering="price__plan__name")
    def plan(self, row: CheckoutIntent) -> str:
        return str(row.price.plan)

    @display(description="Price", ordering="price__amount_minor")
    def shown_price(self, row: CheckoutIntent) -> str:
        return price_text(row.price.amount_minor, row.price.currency, row.price.interval)

    @display(description="Trial")
    def trial(self, row: CheckoutIntent) -> str:
        if row.trial_end:
            return f"until {row.trial_end:%-d %b %Y}"
        return f"{row.trial_days} days" if row.trial_days else NOTHING

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: CheckoutIntent) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Customer")
    def stripe_customer(self, row: CheckoutIntent) -> SafeString | str:
        return find("billing_customer", row.stripe_customer_id)

    @display(description="Timeline")
    def timeline(self, row: CheckoutIntent) -> SafeString | str:
        return find("billing_transition", row.stripe_session_id or "")
