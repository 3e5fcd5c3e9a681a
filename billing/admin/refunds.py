"""Refunds as Stripe last gave them: money on its way back, and what came of it."""

from django.contrib import admin
from unfold.decorators import display

from billing.admin.mirrored import MirroredAdmin
from billing.admin.shown import amount, words
from billing.models import Refund
from billing.terms import RefundStatus

_COLOURS = {
    RefundStatus.SUCCEEDED.value: "success",
    RefundStatus.PENDING.value: "info",
    RefundStatus.REQUIRES_ACTION.value: "warning",
    RefundStatus.FAILED.value: "danger",
}


@admin.register(Refund)
class RefundAdmin(MirroredAdmin):
    id_field = "stripe_refund_id"
    list_display = ["payer", "total", "shown_status", "shown_reason", "failure", "charge", "created_at"]
    list_filter = ["status", "reason", "currency", "livemode"]
    search_fields = ["=stripe_refund_id", "=stripe_charge_id", "=stripe_payment_intent_id"]
    search_fields += ["organization__name", "organization__email"]
    search_help_text = "A whole id (re_…, ch_…, pi_…), or a part of the organization's name or e-mail."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer", "total", "shown_reason", "failure", "waits_for", "charge", "timeline"]
    fieldsets = [
        (None, {"fields": ["stripe_refund_id", "customer", "status", "total", "created_at"]}),
        ("Why", {"fields": ["shown_reason", "waits_for", "failure"]}),
        ("Look further", {"fields": ["charge", "stripe_payment_intent_id", "timeline"]}),
        ("At Stripe", {"fields": ["livemode", "fetched_at"]}),
    ]

    @display(description="Amount", ordering="amount_minor")
    def total(self, row: Refund) -> str:
        return amount(row.amount_minor, row.currency)

    @display(description="Status", ordering="status", label=_COLOURS)
    def shown_status(self, row: Refund) -> tuple[str, str]:
        return row.status, row.get_status_display() or "Not said"

    @display(description="Failure", ordering="failure_reason")
    def failure(self, row: Refund) -> str:
        return words(row.failure_reason)

    @display(description="Waits for")
    def waits_for(self, row: Refund) -> str:
        return words(row.pending_reason)
