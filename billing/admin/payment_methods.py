"""Cards that people added, chose or removed, and what became of it."""

from django.contrib import admin
from unfold.decorators import display

from billing.admin.mirrored import MirroredAdmin
from billing.models import CardSetup, PaymentMethodChange
from billing.terms import CheckoutState, IntentState

_SETUP_COLOURS = {
    CheckoutState.RECORDED.value: "info",
    CheckoutState.OPEN.value: "info",
    CheckoutState.COMPLETE.value: "success",
    CheckoutState.EXPIRED.value: "warning",
    CheckoutState.FAILED.value: "danger",
}
_CHANGE_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "danger",
}


@admin.register(CardSetup)
class CardSetupAdmin(MirroredAdmin):
    list_display = ["created_at", "payer", "shown_state", "becomes_default", "stripe_payment_method_id", "started_by"]
    list_filter = ["state", "becomes_default"]
    list_select_related = ["organization", "started_by"]
    search_fields = ["=uuid", "=stripe_session_id", "=stripe_payment_method_id", "=stripe_customer_id"]
    search_fields += ["organization__name", "started_by__email"]
    search_help_text = "A whole id (cs_…, pm_…, cus_… or ours), or a part of the organization's name or the e-mail."
    readonly_fields = ["customer", "stripe_customer"]
    fieldsets = [
        (None, {"fields": ["customer", "started_by", "becomes_default", "stripe_payment_method_id"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Look further", {"fields": ["stripe_customer", "stripe_session_id"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="State", ordering="state", label=_SETUP_COLOURS)
    def shown_state(self, row: CardSetup) -> tuple[str, str]:
        return row.state, row.get_state_display()


@admin.register(PaymentMethodChange)
class PaymentMethodChangeAdmin(MirroredAdmin):
    list_display = ["created_at", "payer", "action", "shown_state", "stripe_payment_method_id", "requested_by"]
    list_filter = ["action", "state"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["=uuid", "=stripe_payment_method_id", "=stripe_customer_id", "organization__name"]
    search_fields += ["requested_by__email"]
    search_help_text = "A whole id (pm_…, cus_… or ours), or a part of the organization's name or the e-mail."
    readonly_fields = ["customer", "stripe_customer"]
    fieldsets = [
        (None, {"fields": ["customer", "requested_by", "action", "stripe_payment_method_id"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Look further", {"fields": ["stripe_customer", "stripe_subscription_ids"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="State", ordering="state", label=_CHANGE_COLOURS)
    def shown_state(self, row: PaymentMethodChange) -> tuple[str, str]:
        return row.state, row.get_state_display()
