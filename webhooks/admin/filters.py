"""By what staff narrow the list of events, beside its columns."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.clock import system_now
from webhooks.models import InboxEvent


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


class ReplayedFilter(admin.SimpleListFilter):
    """Whether staff have had an event handled again."""

    title = "handled again"
    parameter_name = "replayed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "Never")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboxEvent]) -> QuerySet[InboxEvent]:
        match self.value():
            case "yes":
                return queryset.filter(replays__gt=0)
            case "no":
                return queryset.filter(replays=0)
        return queryset
