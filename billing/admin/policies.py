"""Versions of dunning policies, none of which ever changes."""

import json

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import link_to_list
from billing.models import DunningPolicy
from billing.selectors.dunning_queue import OPEN_STATES


@admin.register(DunningPolicy)
class DunningPolicyAdmin(ReadOnlyAdmin):
    list_display = ["name", "version", "final_action", "deadline_days", "open_cases", "created_by", "created_at"]
    list_filter = ["key"]
    list_select_related = ["created_by"]
    search_fields = ["key", "=sha256"]
    search_help_text = "A part of the key, or a whole SHA-256."
    ordering = ["key", "-version"]
    readonly_fields = ["cases_of_it", "text"]
    fieldsets = [
        (None, {"fields": ["key", "version", "created_by", "created_at", "cases_of_it"]}),
        ("Body", {"fields": ["text", "sha256"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DunningPolicy]:
        rows: QuerySet[DunningPolicy] = super().get_queryset(request)
        return rows.annotate(open_number=Count("cases", filter=Q(cases__state__in=OPEN_STATES)))

    @display(description="Policy", ordering="key")
    def name(self, row: DunningPolicy) -> str:
        return str(row)

    @display(description="At the end")
    def final_action(self, row: DunningPolicy) -> str:
        return str(row.body.get("final_action", ""))

    @display(description="Days to the deadline")
    def deadline_days(self, row: DunningPolicy) -> object:
        return row.body.get("deadline_days", "")

    @display(description="Open cases", ordering="open_number")
    def open_cases(self, row: DunningPolicy) -> int:
        return row.open_number  # type: ignore[attr-defined]

    @display(description="Cases")
    def cases_of_it(self, row: DunningPolicy) -> SafeString | str:
        return link_to_list("billing_dunningcase", "All cases under it", policy__id__exact=str(row.pk))

    @display(description="Body")
    def text(self, row: DunningPolicy) -> SafeString:
        return format_html(
            '<pre class="overflow-x-auto text-sm whitespace-pre">{}</pre>',
            json.dumps(row.body, indent=2, ensure_ascii=False),
        )
