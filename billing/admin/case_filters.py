"""Filters of the dunning queue: by when a case ends, by how much is owed, and by open or over."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from billing.clock import business_now
from billing.models import DunningCase
from billing.money import Money, UnknownCurrency
from billing.selectors.dunning_queue import OPEN_STATES

_LEAST = ("50", "500", "5000")


class WhetherOpen(admin.SimpleListFilter):
    title = "whether it goes on"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Open"), ("no", "Over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DunningCase]) -> QuerySet[DunningCase]:
        match self.value():
            case "yes":
                return queryset.filter(state__in=OPEN_STATES)
            case "no":
                return queryset.exclude(state__in=OPEN_STATES)
        return queryset


class Ends(admin.SimpleListFilter):
    """By business time."""

    title = "deadline"
    parameter_name = "ends"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("passed", "Passed"), ("3", "Within 3 days"), ("7", "Within 7 days"), ("14", "Within 14 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DunningCase]) -> QuerySet[DunningCase]:
        wanted, now = self.value(), business_now()
        going_on = queryset.filter(state__in=OPEN_STATES)
        if wanted == "passed":
            return going_on.filter(deadline_at__lte=now)
        if wanted in ("3", "7", "14"):
            return going_on.filter(deadline_at__gt=now, deadline_at__lte=now + timedelta(days=int(wanted)))
        return queryset


class Owes(admin.SimpleListFilter):
    """By whole units of each currency: sums of different currencies are not compared."""

    title = "amount (whole units)"
    parameter_name = "owes"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(least, f"{int(least):,} and more") for least in _LEAST]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DunningCase]) -> QuerySet[DunningCase]:
        wanted = self.value()
        if wanted not in _LEAST:
            return queryset
        currencies = DunningCase.objects.order_by().values_list("currency", flat=True).distinct()
        return queryset.filter(_at_least(Decimal(wanted), currencies=currencies))


def _at_least(major: Decimal, *, currencies: Iterable[str]) -> Q:
    found = Q(pk__in=[])
    for currency in currencies:
        try:
            least = Money.from_major(major, currency=currency).amount_minor
        except UnknownCurrency:
            continue
        found |= Q(currency=currency, amount_minor__gte=least)
    return found
