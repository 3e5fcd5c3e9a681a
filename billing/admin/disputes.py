"""Disputes with their deadline, and the banks' early warnings, as Stripe last gave them."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.mirrored import MirroredAdmin
from billing.admin.shown import amount, link_to_list, words
from billing.models import Dispute, EarlyFraudWarning
from billing.terms import DisputeStatus

_COLOURS = {
    DisputeStatus.NEEDS_RESPONSE.value: "danger",
    DisputeStatus.WARNING_NEEDS_RESPONSE.value: "warning",
    DisputeStatus.UNDER_REVIEW.value: "info",
    DisputeStatus.WARNING_UNDER_REVIEW.value: "info",
    DisputeStatus.WON.value: "success",
    DisputeStatus.PREVENTED.value: "success",
    DisputeStatus.LOST.value: "danger",
}


@admin.register(Dispute)
class DisputeAdmin(MirroredAdmin):
    id_field = "stripe_dispute_id"
    list_display = ["payer", "total", "shown_status", "shown_reason", "evidence_due_at", "has_evidence", "charge"]
    list_filter = ["status", "reason", "is_past_due", "has_evidence", "livemode"]
    search_fields = ["=stripe_dispute_id", "=stripe_charge_id", "=stripe_payment_intent_id"]
    search_fields += ["organization__name", "organization__email"]
    search_help_text = "A whole id (dp_…, ch_…, pi_…), or a part of the organization's name or e-mail."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer", "total", "shown_reason", "charge", "warnings", "timeline"]
    fieldsets = [
        (None, {"fields": ["stripe_dispute_id", "customer", "status", "total", "created_at"]}),
        ("Why", {"fields": ["shown_reason", "network_reason_code", "is_charge_refundable"]}),
        ("Evidence", {"fields": ["evidence_due_at", "has_evidence", "is_past_due", "submission_count"]}),
        ("Look further", {"fields": ["charge", "stripe_payment_intent_id", "warnings", "timeline"]}),
        ("At Stripe", {"fields": ["livemode", "fetched_at"]}),
    ]

    @display(description="Amount", ordering="amount_minor")
    def total(self, row: Dispute) -> str:
        return amount(row.amount_minor, row.currency)

    @display(description="Status", ordering="status", label=_COLOURS)
    def shown_status(self, row: Dispute) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @display(description="Early warnings")
    def warnings(self, row: Dispute) -> SafeString | str:
        text = "Of the same charge" if row.stripe_charge_id else ""
        return link_to_list("billing_earlyfraudwarning", text, q=row.stripe_charge_id)


@admin.register(EarlyFraudWarning)
class EarlyFraudWarningAdmin(MirroredAdmin):
    id_field = "stripe_early_fraud_warning_id"
    list_display = ["payer", "shown_type", "shown_state", "charge", "created_at"]
    list_filter = ["is_actionable", "fraud_type", "livemode"]
    search_fields = ["=stripe_early_fraud_warning_id", "=stripe_charge_id", "=stripe_payment_intent_id"]
    search_fields += ["organization__name", "organization__email"]
    search_help_text = "A whole id (issfr_…, ch_…, pi_…), or a part of the organization's name or e-mail."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer", "shown_type", "charge", "timeline"]
    fieldsets = [
        (
            None,
            {"fields": ["stripe_early_fraud_warning_id", "customer", "shown_type", "is_actionable", "created_at"]},
        ),
        ("Look further", {"fields": ["charge", "stripe_payment_intent_id", "timeline"]}),
        ("At Stripe", {"fields": ["livemode", "fetched_at"]}),
    ]

    @display(description="The bank says", ordering="fraud_type")
    def shown_type(self, row: EarlyFraudWarning) -> str:
        return words(row.fraud_type)

    @display(description="State", ordering="is_actionable", label={"open": "warning", "over": "success"})
    def shown_state(self, row: EarlyFraudWarning) -> tuple[str, str]:
        return ("open", "Can be acted upon") if row.is_actionable else ("over", "Over")
