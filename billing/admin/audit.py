"""Who did what, when, to which object."""

import json

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import link_to, words
from billing.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "shown_action", "subject", "customer", "actor"]
    list_filter = ["action"]
    list_select_related = ["organization", "actor"]
    search_fields = ["=subject", "=uuid", "actor__email", "organization__name"]
    search_help_text = "A whole id, or a part of the person's e-mail or the organization's name."
    ordering = ["-id"]
    readonly_fields = ["shown_action", "customer", "shown_details"]
    fieldsets = [
        (None, {"fields": ["created_at", "shown_action", "subject", "customer", "actor"]}),
        ("Details", {"fields": ["shown_details", "uuid"]}),
    ]

    @display(description="Action", ordering="action")
    def shown_action(self, row: AuditEntry) -> str:
        return words(row.action)

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: AuditEntry) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Details")
    def shown_details(self, row: AuditEntry) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(row.details, indent=2, sort_keys=True, ensure_ascii=False))
