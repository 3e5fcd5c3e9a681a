"""Changes of the number of seats: who or what asked for them, how far they came, and what they moved."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import find, link_to
from billing.models import SeatChange
from billing.terms import IntentState

_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "danger",
}


@admin.register(SeatChange)
class SeatChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "seats", "origin", "shown_state", "subscription", "requested_by"]
    list_filter = ["origin", "state", "behaviour"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["=uuid", "=stripe_subscription_id", "organization__name", "requested_by__email"]
    search_help_text = "A whole id (sub_… or ours), or a part of the organization's name or the e-mail."
    ordering = ["-id"]
    readonly_fields = ["customer", "subscription", "shown_price"]
    fieldsets = [
        (None, {"fields": ["customer", "requested_by", "origin", "subscription", "shown_price"]}),
        ("Seats", {"fields": ["from_quantity", "charged_quantity", "quantity", "held_quantity", "period_end"]}),
        ("Money", {"fields": ["behaviour", "proration_at"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Keys", {"fields": ["uuid", "request_key", "stripe_item_id"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: SeatChange) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Seats")
    def seats(self, row: SeatChange) -> str:
        return f"{row.from_quantity} to {row.quantity}"

    @display(description="Price")
    def shown_price(self, row: SeatChange) -> SafeString | str:
        return link_to(row.price)

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: SeatChange) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Subscription")
    def subscription(self, row: SeatChange) -> SafeString | str:
        return find("billing_subscription", row.stripe_subscription_id)
