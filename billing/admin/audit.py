"""Who did what, when, to which object, why; and the same as a file."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from accounts.models import User
from billing.admin.audit_files import as_csv, as_json
from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import NOTHING, link_to, words
from billing.clock import system_now
from billing.models import AuditEntry
from billing.services.export_audit import export_audit


class ActorFilter(admin.SimpleListFilter):
    """Whether staff, a customer or a program of ours did it."""

    title = "who"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("staff", "Staff"), ("customer", "A customer"), ("machine", "The machine")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        wanted: dict[str, dict[str, Any]] = {
            "staff": {"actor__is_staff": True},
            "customer": {"actor__is_staff": False},
            "machine": {"actor": None},
        }
        return queryset.filter(**wanted.get(self.value() or "", {}))


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "shown_action", "subject", "customer", "actor"]
    list_filter = [ActorFilter, "created_at", "action"]
    list_select_related = ["organization", "actor"]
    search_fields = ["=subject", "=uuid", "=request_id", "actor__email", "organization__name"]
    search_help_text = "A whole id, or a part of the person's e-mail or the organization's name."
    ordering = ["-id"]
    actions = ["export_csv", "export_json"]
    readonly_fields = ["shown_action", "customer", "shown_before", "shown_after", "reason", "shown_details"]
    fieldsets = [
        (None, {"fields": ["created_at", "shown_action", "subject", "customer", "actor", "reason"]}),
        ("What changed", {"fields": ["shown_before", "shown_after"]}),
        ("Details", {"fields": ["shown_details", "request_id", "business_at", "uuid"]}),
    ]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.export_auditentry")

    @admin.action(description="Take them as CSV", permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> HttpResponseBase:
        return _file(request, queryset, "csv")

    @admin.action(description="Take them as JSON", permissions=["export"])
    def export_json(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> HttpResponseBase:
        return _file(request, queryset, "json")

    @display(description="Action", ordering="action")
    def shown_action(self, row: AuditEntry) -> str:
        return words(row.action)

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: AuditEntry) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Reason")
    def reason(self, row: AuditEntry) -> str:
        return str(row.note) if hasattr(row, "note") else NOTHING

    @display(description="Before")
    def shown_before(self, row: AuditEntry) -> SafeString | str:
        return _as_text(row.before)

    @display(description="After")
    def shown_after(self, row: AuditEntry) -> SafeString | str:
        return _as_text(row.after)

    @display(description="Details")
    def shown_details(self, row: AuditEntry) -> SafeString | str:
        return _as_text(row.details)


def _as_text(values: dict[str, Any]) -> SafeString | str:
    if not values:
        return NOTHING
    return format_html("<pre>{}</pre>", json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False))


def _file(request: HttpRequest, rows: QuerySet[AuditEntry], file_type: str) -> HttpResponseBase:
    if not isinstance(request.user, User):
        raise PermissionDenied
    entries = export_audit(rows, actor=request.user, file_type=file_type)
    written, kind = (as_csv(entries), "text/csv") if file_type == "csv" else (as_json(entries), "application/json")
    name = f"audit-{system_now():%Y-%m-%d}.{file_type}"
    return StreamingHttpResponse(
        written,
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
