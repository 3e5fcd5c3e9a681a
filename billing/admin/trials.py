"""Trials without a card, which Stripe knows nothing of, and what staff did to a trial of either kind."""

from datetime import datetime

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import NOTHING, find, link_to
from billing.admin.trial_actions import ChangesTrial
from billing.clock import business_now
from billing.models import LocalTrial, TrialChange
from billing.terms import IntentState

_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "danger",
}


@admin.register(LocalTrial)
class LocalTrialAdmin(ChangesTrial):
    list_display = ["shown_plan", "customer", "started_at", "ends_at", "ended_at"]
    list_filter = ["plan"]
    list_select_related = ["organization", "plan"]
    search_fields = ["=uuid", "organization__name", "organization__email"]
    search_help_text = "A part of the organization's name or e-mail."
    ordering = ["-started_at", "-id"]
    readonly_fields = ["customer", "shown_plan"]
    fieldsets = [
        (None, {"fields": ["customer", "shown_plan"]}),
        ("Runs", {"fields": ["started_at", "ends_at", "ended_at", "uuid"]}),
    ]

    @display(description="Plan", ordering="plan__name")
    def shown_plan(self, row: LocalTrial) -> str:
        return str(row.plan)

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: LocalTrial) -> SafeString | str:
        return link_to(row.organization)

    def running_trial_end(self, row: LocalTrial) -> datetime | None:
        return row.ends_at if row.ended_at is None and business_now() < row.ends_at else None


@admin.register(TrialChange)
class TrialChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "action", "ends_at", "shown_state", "requested_by", "reason"]
    list_filter = ["action", "state"]
    list_select_related = ["organization", "requested_by", "local_trial"]
    search_fields = ["=uuid", "=stripe_subscription_id", "organization__name", "requested_by__email", "reason"]
    search_help_text = "A whole id (sub_… or ours), or a part of the organization's name, the e-mail or the reason."
    ordering = ["-id"]
    readonly_fields = ["customer", "trial"]
    fieldsets = [
        (None, {"fields": ["customer", "requested_by", "action", "reason", "trial"]}),
        ("Ends", {"fields": ["ended_before_at", "ends_at"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: TrialChange) -> SafeString | str:
        return link_to(row.organization)

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: TrialChange) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Trial")
    def trial(self, row: TrialChange) -> SafeString | str:
        if row.stripe_subscription_id:
            return find("billing_subscription", row.stripe_subscription_id)
        return link_to(row.local_trial) if row.local_trial else NOTHING
