"""Discounts as Stripe applies them to a customer or a subscription, and who asked for one or took it away."""

from django.contrib import admin
from unfold.decorators import display

from billing.admin.mirrored import MirroredAdmin
from billing.admin.shown import NOTHING, amount
from billing.models import Discount, DiscountChange
from billing.terms import IntentState

_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "danger",
}


@admin.register(Discount)
class DiscountAdmin(MirroredAdmin):
    id_field = "stripe_discount_id"
    list_display = ["payer", "stripe_coupon_id", "code", "given_to", "shown_state", "starts_at", "ends_at"]
    list_filter = ["is_removed", "stripe_coupon_id", "livemode"]
    search_fields = [
        "=stripe_discount_id",
        "=stripe_coupon_id",
        "=code",
        "=stripe_subscription_id",
        "=stripe_customer_id",
    ]
    search_fields += ["organization__name", "organization__email"]
    search_help_text = (
        "A whole id (di_…, sub_…, cus_…), coupon or code, or a part of the organization's name or e-mail."
    )
    readonly_fields = ["customer", "given_to", "subscription", "stripe_customer", "amount_off"]
    fieldsets = [
        (None, {"fields": ["stripe_discount_id", "customer", "stripe_coupon_id", "stripe_promotion_code_id"]}),
        ("What it takes off", {"fields": ["coupon_name", "code", "percent_off", "amount_off", "duration"]}),
        ("When", {"fields": ["starts_at", "ends_at", "is_removed"]}),
        ("Look further", {"fields": ["given_to", "subscription", "stripe_customer"]}),
        ("At Stripe", {"fields": ["livemode", "fetched_at"]}),
    ]

    @display(description="Given to")
    def given_to(self, row: Discount) -> str:
        return "The subscription" if row.stripe_subscription_id else "The customer"

    @display(description="Amount off")
    def amount_off(self, row: Discount) -> str:
        return NOTHING if row.amount_off_minor is None else amount(row.amount_off_minor, row.amount_off_currency)

    @display(description="State", ordering="is_removed", label={"held": "success", "removed": "warning"})
    def shown_state(self, row: Discount) -> tuple[str, str]:
        return ("removed", "Removed") if row.is_removed else ("held", "Held")


@admin.register(DiscountChange)
class DiscountChangeAdmin(MirroredAdmin):
    list_display = ["created_at", "payer", "action", "code", "shown_state", "subscription", "requested_by"]
    list_filter = ["action", "state"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["=uuid", "=code", "=stripe_subscription_id", "organization__name", "requested_by__email"]
    search_help_text = "A whole id (sub_… or ours) or code, or a part of the organization's name or the e-mail."
    readonly_fields = ["customer", "subscription"]
    fieldsets = [
        (None, {"fields": ["customer", "requested_by", "action", "code", "stripe_promotion_code_id"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Look further", {"fields": ["subscription"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: DiscountChange) -> tuple[str, str]:
        return row.state, row.get_state_display()
