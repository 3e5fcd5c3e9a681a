"""Disputes with their deadline, and the banks' early warnings, as Stripe last gave them."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, F, When
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.case_words import moment
from billing.admin.dispute_actions import ActsOnDispute
from billing.admin.dispute_filters import Awaits, Kind, ToApprove
from billing.admin.dispute_words import LIGHT_COLOURS, deadline_text, kind_text, light_of, money_text
from billing.admin.mirrored import MirroredAdmin
from billing.admin.read_only import ReadOnlyInline
from billing.admin.shown import NOTHING, amount, find, link_to_list, words
from billing.clock import business_now
from billing.models import Dispute, EarlyFraudWarning, EvidenceSubmission
from billing.selectors.dispute_desk import AWAITING_STATES, charges_around, draft_of
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


class SubmissionInline(ReadOnlyInline):
    model = EvidenceSubmission
    verbose_name_plural = "What was done at Stripe"
    ordering = ["id"]
    fields = readonly_fields = ["created_at", "kind", "phase", "requested_by", "approved_by", "state", "failure"]


@admin.register(Dispute)
class DisputeAdmin(ActsOnDispute):
    id_field = "stripe_dispute_id"
    list_display = ["light", "payer", "total", "kind", "shown_reason", "shown_status", "evidence_due_at", "charge"]
    list_filter = [Awaits, Kind, ToApprove, "status", "reason", "currency", "is_past_due", "has_evidence", "livemode"]
    search_fields = ["=stripe_dispute_id", "=stripe_charge_id", "=stripe_payment_intent_id"]
    search_fields += ["organization__name", "organization__email"]
    search_help_text = "A whole id (dp_…, ch_…, pi_…), or a part of the organization's name or e-mail."
    inlines = [SubmissionInline]
    readonly_fields = ["customer", "total", "kind", "money", "deadline", "shown_reason", "saved_draft", "charge"]
    readonly_fields += ["others", "warnings", "timeline", "mails", "tasks", "audit"]
    fieldsets = [
        (None, {"fields": ["stripe_dispute_id", "customer", "kind", "status", "total", "money", "created_at"]}),
        ("Why", {"fields": ["shown_reason", "network_reason_code", "is_charge_refundable"]}),
        ("Evidence", {"fields": ["deadline", "saved_draft", "has_evidence", "is_past_due", "submission_count"]}),
        ("Other charges of this customer", {"fields": ["others"]}),
        (
            "Look further",
            {"fields": ["charge", "stripe_payment_intent_id", "warnings", "timeline", "mails", "tasks", "audit"]},
        ),
        ("At Stripe", {"fields": ["livemode", "fetched_at"]}),
    ]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """By deadline, where an answer is awaited; the newest of the others after them."""
        due = Case(When(status__in=AWAITING_STATES, then=F("evidence_due_at")))
        return [due.asc(nulls_last=True), "-created_at", "-id"]

    @display(description="Time left", label=LIGHT_COLOURS)
    def light(self, row: Dispute) -> tuple[str, str]:
        return light_of(row, business_now())

    @display(description="Amount", ordering="amount_minor")
    def total(self, row: Dispute) -> str:
        return amount(row.amount_minor, row.currency)

    @display(description="Kind")
    def kind(self, row: Dispute) -> str:
        return kind_text(row)

    @display(description="The money")
    def money(self, row: Dispute) -> str:
        return money_text(row)

    @display(description="Deadline")
    def deadline(self, row: Dispute) -> str:
        return deadline_text(row, business_now())

    @display(description="Draft")
    def saved_draft(self, row: Dispute) -> str:
        saved = draft_of(row)
        if saved.pk is None:
            return NOTHING
        return f"{len(saved.texts)} fields, saved {moment(saved.updated_at)} by {saved.updated_by or NOTHING}"

    @display(description="Status", ordering="status", label=_COLOURS)
    def shown_status(self, row: Dispute) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @display(description="Charges")
    def others(self, row: Dispute) -> SafeString | str:
        lines = [
            (
                find("billing_chargeattempt", charge.stripe_charge_id),
                f"{amount(charge.amount_minor, charge.currency)}, {charge.created_at:%d %b %Y}, {charge.status}"
                f"{', disputed' if charge.is_disputed else ''}",
            )
            for charge in charges_around(row)
        ]
        return format_html_join("", '<span class="block mb-1">{} {}</span>', lines) or NOTHING

    @display(description="Early warnings")
    def warnings(self, row: Dispute) -> SafeString | str:
        text = "Of the same charge" if row.stripe_charge_id else ""
        return link_to_list("billing_earlyfraudwarning", text, q=row.stripe_charge_id)

    @display(description="Reminders")
    def mails(self, row: Dispute) -> SafeString | str:
        return link_to_list("billing_notice", "Mails to staff about it", q=row.stripe_dispute_id)

    @display(description="Tasks")
    def tasks(self, row: Dispute) -> SafeString | str:
        return link_to_list("billing_stafftask", "Tasks about it", q=row.stripe_dispute_id)

    @display(description="Who did what")
    def audit(self, row: Dispute) -> SafeString | str:
        return link_to_list("billing_auditentry", "The record of it", q=row.stripe_dispute_id)


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
