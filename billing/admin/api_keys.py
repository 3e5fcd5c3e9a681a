"""Which programs have keys, and which of their writes are kept for a repeat; secrets and answers are not shown."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import link_to
from billing.models import ApiKey, ApiRequest


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at",
        "shown",
        "name",
        "customer",
        "created_by",
        "last_used_at",
        "expires_at",
        "revoked_at",
    ]
    list_filter = ["livemode"]
    list_select_related = ["organization", "created_by"]
    search_fields = ["=public_id", "=uuid", "name", "organization__name"]
    search_help_text = (
        "The twelve characters after bk_test_ or bk_live_, or a part of its or the organization's name."
    )
    ordering = ["-id"]
    readonly_fields = ["shown", "customer", "may", "successor"]
    fieldsets = [
        (None, {"fields": ["shown", "name", "customer", "livemode", "created_by", "may"]}),
        ("Times", {"fields": ["created_at", "last_used_at", "expires_at", "revoked_at", "successor"]}),
        ("Ids", {"fields": ["uuid", "lineage", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: ApiKey) -> SafeString | str:
        return link_to(row.organization)

    @display(description="May")
    def may(self, row: ApiKey) -> str:
        return ", ".join(row.scopes)

    @display(description="Replaced by")
    def successor(self, row: ApiKey) -> SafeString | str:
        return link_to(row.replaced_by)


@admin.register(ApiRequest)
class ApiRequestAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "method", "path", "state", "status", "customer", "api_key", "user"]
    list_filter = ["state", "method"]
    list_select_related = ["organization", "api_key", "user"]
    search_fields = ["=idempotency_key", "=uuid", "path", "organization__name"]
    search_help_text = "An Idempotency-Key, or a part of the address or of the organization's name."
    ordering = ["-id"]
    readonly_fields = ["customer", "request_key"]
    fieldsets = [
        (None, {"fields": ["method", "path", "customer", "api_key", "user", "state", "status"]}),
        ("Times", {"fields": ["created_at", "answered_at", "lease_until", "attempt"]}),
        ("Ids", {"fields": ["uuid", "request_key", "idempotency_key", "caller", "body_hash"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: ApiRequest) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Request key")
    def request_key(self, row: ApiRequest) -> str:
        return str(row.request_key)
