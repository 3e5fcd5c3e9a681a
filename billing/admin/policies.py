"""Versions of dunning policies, none of which ever changes, and the rules that choose between policies."""

import json

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from unfold.decorators import action, display

from billing.admin.policy_pages import new_version_page
from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.rule_pages import rules_page
from billing.admin.shown import NOTHING, amount, link_to_list
from billing.models import DunningPolicy, DunningRule
from billing.selectors.dunning_queue import OPEN_STATES


@admin.register(DunningPolicy)
class DunningPolicyAdmin(ReadOnlyAdmin):
    list_display = ["name", "version", "final_action", "deadline_days", "open_cases", "created_by", "created_at"]
    list_filter = ["key"]
    list_select_related = ["created_by"]
    search_fields = ["key", "=sha256"]
    search_help_text = "A part of the key, or a whole SHA-256."
    ordering = ["key", "-version"]
    actions_list = ["new_version"]
    actions_detail = ["next_version"]
    readonly_fields = ["cases_of_it", "text", "digest"]
    fieldsets = [
        (None, {"fields": ["key", "version", "created_by", "created_at", "cases_of_it"]}),
        ("Body", {"fields": ["text", "digest"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DunningPolicy]:
        rows: QuerySet[DunningPolicy] = super().get_queryset(request)
        return rows.annotate(open_number=Count("cases", filter=Q(cases__state__in=OPEN_STATES)))

    def has_write_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Not the right to add, which would offer a form without a preview."""
        return request.user.has_perm("billing.add_dunningpolicy")

    @action(description="New version", url_path="new-version", permissions=["write"], icon="add")
    def new_version(self, request: HttpRequest) -> HttpResponse:
        return new_version_page(request, model_admin=self)

    @action(description="New version from this", url_path="next-version", permissions=["write"], icon="add")
    def next_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(f"{reverse('admin:billing_dunningpolicy_new_version')}?from={int(object_id)}")

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

    @display(description="SHA-256")
    def digest(self, row: DunningPolicy) -> SafeString:
        """In pieces that a narrow page may break between."""
        return format_html_join(mark_safe("<wbr>"), "{}", ((row.sha256[at : at + 8],) for at in range(0, 64, 8)))


@admin.register(DunningRule)
class DunningRuleAdmin(ReadOnlyAdmin):
    list_display = ["position", "policy_key", "plan_code", "sums", "country", "min_tenure_days", "is_active"]
    list_filter = ["is_active", "policy_key"]
    search_fields = ["policy_key", "plan_code"]
    search_help_text = "A part of the policy's key or the plan's code."
    ordering = ["position"]
    actions_list = ["change_rules"]
    readonly_fields = ["sums"]
    fields = ["position", "policy_key", "plan_code", "sums", "country", "min_tenure_days", "is_active"]

    def has_write_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_dunningrule")

    @action(description="Change the rules", url_path="rules", permissions=["write"], icon="edit")
    def change_rules(self, request: HttpRequest) -> HttpResponse:
        return rules_page(request, model_admin=self)

    @display(description="Sums")
    def sums(self, row: DunningRule) -> str:
        least, most = (amount(sum, row.currency) for sum in (row.min_amount_minor, row.max_amount_minor))
        if row.min_amount_minor is None and row.max_amount_minor is None:
            return row.currency.upper() or NOTHING
        return f"{least} to {most}"
