"""The account at Stripe whose objects the mirror holds, and whether its workers are held back."""

from django.contrib import admin
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import words
from billing.clock import system_now
from billing.models import StripeAccount


@admin.register(StripeAccount)
class StripeAccountAdmin(ReadOnlyAdmin):
    list_display = ["shown_id", "livemode", "shown_state", "reason", "paused_until"]
    search_fields = ["=stripe_account_id"]
    search_help_text = "A whole id (acct_…)."
    ordering = ["livemode"]
    readonly_fields = ["shown_id", "state", "reason"]
    fieldsets = [
        (None, {"fields": ["shown_id", "livemode", "state"]}),
        ("Fetching", {"fields": ["paused_until", "reason", "next_free_at"]}),
    ]

    @display(description="Account", ordering="stripe_account_id")
    def shown_id(self, row: StripeAccount) -> str:
        return str(row)

    @display(description="State", label={"paused": "danger", "fetching": "success"})
    def shown_state(self, row: StripeAccount) -> tuple[str, str]:
        is_paused = row.paused_until is not None and row.paused_until > system_now()
        return ("paused", "Nothing is fetched") if is_paused else ("fetching", "Fetching")

    @display(description="State")
    def state(self, row: StripeAccount) -> str:
        return self.shown_state(row)[1]

    @display(description="Why it was paused last")
    def reason(self, row: StripeAccount) -> str:
        return words(row.pause_reason)
