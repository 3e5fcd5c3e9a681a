"""Filters of the queue of disputes: whether an answer is awaited, by when, and what kind it is."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.clock import business_now
from billing.models import Dispute, EvidenceSubmission
from billing.rules.dispute.deadline import INQUIRIES
from billing.selectors.dispute_desk import AWAITING_STATES, due_within
from billing.terms import EvidenceState

_INQUIRIES = [status.value for status in INQUIRIES]


class Awaits(admin.SimpleListFilter):
    title = "whether an answer is awaited"
    parameter_name = "awaits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Awaited"), ("3", "Within 3 days"), ("7", "Within 7 days"), ("no", "Not awaited")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        match self.value():
            case "yes":
                return queryset.filter(status__in=AWAITING_STATES)
            case "no":
                return queryset.exclude(status__in=AWAITING_STATES)
            case "3" | "7":
                return due_within(queryset, business_now(), days=int(str(self.value())))
        return queryset


class ToApprove(admin.SimpleListFilter):
    title = "whether a second person is awaited"
    parameter_name = "approve"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "To approve")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        if self.value() == "yes":
            waiting = EvidenceSubmission.objects.filter(state=EvidenceState.WAITING.value)
            return queryset.filter(pk__in=waiting.values("dispute_id"))
        return queryset


class Kind(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("inquiry", "Inquiry"), ("chargeback", "Chargeback")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        match self.value():
            case "inquiry":
                return queryset.filter(status__in=_INQUIRIES)
            case "chargeback":
                return queryset.exclude(status__in=_INQUIRIES)
        return queryset
