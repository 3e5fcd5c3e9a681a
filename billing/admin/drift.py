"""The drift ledger: each comparison with Stripe, what differed, and what became of it."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.objects import list_of
from billing.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from billing.admin.shown import NOTHING, find, link_to, link_to_list
from billing.clock import system_now
from billing.models import Drift, Reconciliation
from billing.terms import DriftKind, DriftOutcome, RunState

_RUN_COLOURS = {
    RunState.RUNNING.value: "info",
    RunState.PAUSED.value: "warning",
    RunState.FINISHED.value: "success",
    RunState.FAILED.value: "danger",
}
_OUTCOME_COLOURS = {
    DriftOutcome.NOTED.value: "warning",
    DriftOutcome.REPAIRED.value: "success",
    DriftOutcome.BY_EVENT.value: "success",
    DriftOutcome.ON_ITS_WAY.value: "info",
    DriftOutcome.FAILED.value: "danger",
}
_KIND_COLOURS = {kind.value: "default" for kind in DriftKind} | {DriftKind.UNPAID_BUT_OPEN.value: "danger"}


class RepairedFilter(admin.SimpleListFilter):
    """Whether our row is right by now."""

    title = "repaired"
    parameter_name = "repaired"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Repaired"), ("no", "Not repaired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Drift]) -> QuerySet[Drift]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(repaired_at__isnull=self.value() == "no")


class FoundFilter(admin.SimpleListFilter):
    """How long ago the difference was found."""

    title = "age"
    parameter_name = "age"
    _DAYS = {"1": "Found within a day", "7": "Found within 7 days", "30": "Found within 30 days"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*self._DAYS.items(), ("older", "Older than 30 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Drift]) -> QuerySet[Drift]:
        if self.value() == "older":
            return queryset.filter(found_at__lte=system_now() - timedelta(days=30))
        if self.value() in self._DAYS:
            return queryset.filter(found_at__gt=system_now() - timedelta(days=int(str(self.value()))))
        return queryset


class ShownDrift:
    """How a drift is written in the list and below its comparison."""

    @display(description="Object")
    def stripe_object(self, row: Drift) -> SafeString | str:
        list_name = list_of(row.object_kind)
        return find(list_name, row.stripe_id) if list_name else row.stripe_id

    @display(description="Differs in", ordering="kind", label=_KIND_COLOURS)
    def shown_kind(self, row: Drift) -> tuple[str, str]:
        return row.kind, row.get_kind_display()

    @display(description="Outcome", ordering="outcome", label=_OUTCOME_COLOURS)
    def shown_outcome(self, row: Drift) -> tuple[str, str]:
        return row.outcome, row.get_outcome_display()


class DriftInline(ShownDrift, ReadOnlyInline):
    model = Drift
    per_page = 25
    verbose_name_plural = "What differed"
    fields = ["stripe_object", "kind", "ours", "theirs", "outcome"]
    readonly_fields = ["stripe_object"]
    ordering = ["id"]


@admin.register(Drift)
class DriftAdmin(ShownDrift, ReadOnlyAdmin):
    list_display = ["stripe_object", "shown_kind", "both", "payer", "shown_outcome", "found_at"]
    list_display_links = ["found_at"]
    list_filter = ["kind", RepairedFilter, "outcome", FoundFilter, "object_kind"]
    list_select_related = ["organization"]
    search_fields = ["=stripe_id", "=reconciliation__id", "organization__name", "organization__email"]
    search_help_text = "A whole id (sub_…, in_…), or a part of the organization's name or e-mail."
    ordering = ["-id"]
    readonly_fields = ["stripe_object", "customer", "comparison", "timeline"]
    fieldsets = [
        (None, {"fields": ["stripe_object", "object_kind", "customer", "kind", "ours", "theirs"]}),
        ("What became of it", {"fields": ["outcome", "found_at", "repaired_at"]}),
        ("Look further", {"fields": ["comparison", "timeline"]}),
    ]

    @display(description="Ours, and Stripe's")
    def both(self, row: Drift) -> SafeString:
        return format_html("{}<br>{}", row.ours or NOTHING, row.theirs or NOTHING)

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: Drift) -> str:
        return str(row.organization or "Nobody we know")

    @display(description="Organization")
    def customer(self, row: Drift) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Comparison")
    def comparison(self, row: Drift) -> SafeString | str:
        return link_to(row.reconciliation)

    @display(description="Timeline")
    def timeline(self, row: Drift) -> SafeString | str:
        return link_to_list("billing_transition", "What happened to the object", q=row.stripe_id)


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = [
        "started_at",
        "shown_state",
        "asked_by",
        "does_repair",
        "objects_compared",
        "found",
        "finished_at",
    ]
    list_filter = ["state", "does_repair", "asked_by", "livemode"]
    search_fields = ["=id", "=drifts__stripe_id"]
    search_help_text = "The whole id of an object that differed (sub_…, in_…)."
    ordering = ["-id"]
    inlines = [DriftInline]
    readonly_fields = ["found", "all_drifts"]
    fieldsets = [
        (None, {"fields": ["state", "asked_by", "does_repair", "error"]}),
        ("What it found", {"fields": ["objects_compared", "found", "all_drifts"]}),
        ("Calls to Stripe", {"fields": ["pages", "refreshes"]}),
        ("Times", {"fields": ["started_at", "heard_of_at", "finished_at", "livemode"]}),
    ]

    @display(description="State", ordering="state", label=_RUN_COLOURS)
    def shown_state(self, row: Reconciliation) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Differences", ordering="drifts_found")
    def found(self, row: Reconciliation) -> str:
        return f"{row.drifts_found}, of which {row.drifts_repaired} put right" if row.drifts_found else "None"

    @display(description="With filters")
    def all_drifts(self, row: Reconciliation) -> SafeString | str:
        text = "All differences of this comparison" if row.drifts_found else ""
        return link_to_list("billing_drift", text, reconciliation__id__exact=str(row.pk))
