"""Subscription schedules as Stripe last gave them: what changes by itself, and when."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.mirrored import MirroredAdmin
from billing.admin.shown import find
from billing.models import SubscriptionSchedule
from billing.terms import ScheduleStatus

_COLOURS = {
    ScheduleStatus.ACTIVE.value: "success",
    ScheduleStatus.NOT_STARTED.value: "info",
    ScheduleStatus.CANCELED.value: "warning",
}


@admin.register(SubscriptionSchedule)
class SubscriptionScheduleAdmin(MirroredAdmin):
    id_field = "stripe_schedule_id"
    list_display = ["payer", "shown_status", "current_phase_end", "next_price", "next_quantity", "subscription"]
    list_filter = ["status", "end_behavior", "livemode"]
    search_fields = ["=stripe_schedule_id", "=stripe_subscription_id", "=stripe_customer_id"]
    search_fields += ["organization__name", "organization__email"]
    search_help_text = "A whole id (sub_sched_…, sub_…, cus_…), or a part of the organization's name or e-mail."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer", "next_price", "subscription", "stripe_customer", "timeline"]
    fieldsets = [
        (None, {"fields": ["stripe_schedule_id", "customer", "status", "created_at", "ended_at"]}),
        ("What comes", {"fields": ["current_phase_end", "next_price", "next_quantity", "end_behavior"]}),
        ("Look further", {"fields": ["subscription", "stripe_customer", "timeline"]}),
        ("At Stripe", {"fields": ["livemode", "fetched_at"]}),
    ]

    @display(description="Status", ordering="status", label=_COLOURS)
    def shown_status(self, row: SubscriptionSchedule) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @display(description="Next price")
    def next_price(self, row: SubscriptionSchedule) -> SafeString | str:
        return find("billing_price", row.next_stripe_price_id)
