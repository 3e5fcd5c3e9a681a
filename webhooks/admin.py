"""The inbox as staff see it: what came, what became of it, how long it waits. Nothing can be changed here."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.admin import ModelAdmin
from unfold.decorators import display

from billing.clock import system_now
from webhooks.masking import masked
from webhooks.models import InboxEvent

_LONGEST_SHOWN = 60_000
_COLOURS = {
    InboxEvent.State.NEW: "info",
    InboxEvent.State.DISPATCHED: "info",
    InboxEvent.State.DONE: "success",
    InboxEvent.State.QUARANTINED: "warning",
    InboxEvent.State.DEAD: "danger",
}


class AgeFilter(admin.SimpleListFilter):
    """How long ago an event came."""

    title = "age"
    parameter_name = "age"
    _AGES = {
        "5m": ("Older than 5 minutes", timedelta(minutes=5)),
        "1h": ("Older than an hour", timedelta(hours=1)),
        "1d": ("Older than a day", timedelta(days=1)),
        "30d": ("Older than 30 days", timedelta(days=30)),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, label) for key, (label, _) in self._AGES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboxEvent]) -> QuerySet[InboxEvent]:
        chosen = self._AGES.get(self.value() or "")
        return queryset.filter(received_at__lte=system_now() - chosen[1]) if chosen else queryset


class ErrorFilter(admin.SimpleListFilter):
    """Whether an event has an error."""

    title = "error"
    parameter_name = "error"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "With an error"), ("no", "Without")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboxEvent]) -> QuerySet[InboxEvent]:
        if self.value() == "yes":
            return queryset.exclude(error="")
        return queryset.filter(error="") if self.value() == "no" else queryset


@admin.register(InboxEvent)
class InboxEventAdmin(ModelAdmin):
    list_display = ["event_id", "type", "shown_state", "age", "object_id", "error"]
    list_filter = ["state", "type", AgeFilter, ErrorFilter, "livemode"]
    search_fields = ["=event_id", "=object_id"]
    search_help_text = "The whole id of an event (evt_…) or of the object that it is about."
    ordering = ["-id"]
    list_per_page = 50
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["event_id", "type", "state", "error"]}),
        ("Object", {"fields": ["object_id", "object_key", "livemode", "account"]}),
        ("Delivery", {"fields": ["provider", "endpoint", "api_version"]}),
        ("Times", {"fields": ["created_at", "received_at", "dispatched_at", "handled_at"]}),
        (
            "Payload",
            {"fields": ["shown_body"], "description": "Secrets and links that open by themselves are hidden."},
        ),
    ]
    readonly_fields = ["shown_body"]  # Django makes the rest read-only: nobody may change a row.

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxEvent]:
        rows: QuerySet[InboxEvent] = super().get_queryset(request)
        return rows.defer("body")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: InboxEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: InboxEvent | None = None) -> bool:
        return False

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: InboxEvent) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Age", ordering="received_at")
    def age(self, row: InboxEvent) -> str:
        return _age(row.received_at)

    @display(description="Body")
    def shown_body(self, row: InboxEvent) -> SafeString:
        return format_html("<pre>{}</pre>", _pretty(row.body))


def _age(received_at: datetime) -> str:
    return timesince(received_at, system_now(), depth=1)


def _pretty(body: bytes | memoryview | None) -> str:
    """The payload as indented JSON without its secrets; what is no JSON is not shown, because it cannot be masked."""
    if body is None:
        return "The body was removed; the row stays, so that a copy is recognised."
    raw = bytes(body)
    try:
        text = json.dumps(masked(json.loads(raw)), indent=2, ensure_ascii=False)
    except ValueError:
        return f"{len(raw)} bytes that are not JSON."
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}\n… {len(text)} characters in all."
