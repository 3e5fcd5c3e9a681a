"""Trials without a card, which Stripe knows nothing of."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import link_to
from billing.models import LocalTrial


@admin.register(LocalTrial)
class LocalTrialAdmin(ReadOnlyAdmin):
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
