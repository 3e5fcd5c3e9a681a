"""Filters of the customer list by what an organization may use at this moment."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.clock import business_now
from billing.models import Customer, Feature, Plan
from billing.selectors.access_query import (
    organizations_on_plan,
    organizations_read_only,
    organizations_with_feature,
)


class PlanInUse(admin.SimpleListFilter):
    title = "plan in use now"
    parameter_name = "uses_plan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Plan.objects.order_by("rank").values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        plan = Plan.objects.filter(code=self.value()).first() if self.value() else None
        if plan is None:
            return queryset
        return queryset.filter(organization__in=organizations_on_plan(plan, business_now()).values("pk"))


class FeatureInUse(admin.SimpleListFilter):
    title = "feature in use now"
    parameter_name = "uses_feature"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Feature.objects.order_by("rank").values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        feature = self.value()
        if not feature:
            return queryset
        return queryset.filter(organization__in=organizations_with_feature(feature, business_now()).values("pk"))


class ReadOnlyNow(admin.SimpleListFilter):
    title = "read-only now"
    parameter_name = "read_only"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Until it is paid")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(organization__in=organizations_read_only(business_now()).values("pk"))
