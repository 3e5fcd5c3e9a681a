"""Discounts as Stripe applies them to a customer or a subscription."""

from django.contrib import admin
from unfold.decorators import display

from billing.admin.mirrored import MirroredAdmin
from billing.models import Discount


@admin.register(Discount)
class DiscountAdmin(MirroredAdmin):
    id_field = "stripe_discount_id"
    list_display = ["payer", "stripe_coupon_id", "given_to", "shown_state", "starts_at", "ends_at"]
    list_filter = ["is_removed", "stripe_coupon_id", "livemode"]
    search_fields = ["=stripe_discount_id", "=stripe_coupon_id", "=stripe_subscription_id", "=stripe_customer_id"]
    search_fields += ["organization__name", "organization__email"]
    search_help_text = "A whole id (di_…, sub_…, cus_…) or coupon, or a part of the organization's name or e-mail."
    readonly_fields = ["customer", "given_to", "subscription", "stripe_customer"]
    fieldsets = [
        (None, {"fields": ["stripe_discount_id", "customer", "stripe_coupon_id", "stripe_promotion_code_id"]}),
        ("When", {"fields": ["starts_at", "ends_at", "is_removed"]}),
        ("Look further", {"fields": ["given_to", "subscription", "stripe_customer"]}),
        ("At Stripe", {"fields": ["livemode", "fetched_at"]}),
    ]

    @display(description="Given to")
    def given_to(self, row: Discount) -> str:
        return "The subscription" if row.stripe_subscription_id else "The customer"

    @display(description="State", ordering="is_removed", label={"held": "success", "removed": "warning"})
    def shown_state(self, row: Discount) -> tuple[str, str]:
        return ("removed", "Removed") if row.is_removed else ("held", "Held")
