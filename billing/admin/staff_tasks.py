"""What a person has to look at, the open ones first, and the one thing to do here: to close it."""

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from accounts.models import User
from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import link_to, words
from billing.clock import system_now
from billing.models import StaffTask
from billing.services.resolve_staff_tasks import resolve_staff_tasks


class ResolvedFilter(admin.SimpleListFilter):
    """Whether somebody has dealt with a task."""

    title = "state"
    parameter_name = "resolved"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("no", "Open"), ("yes", "Resolved")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StaffTask]) -> QuerySet[StaffTask]:
        wanted = {"no": True, "yes": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(resolved_at__isnull=wanted)


@admin.register(StaffTask)
class StaffTaskAdmin(ReadOnlyAdmin):
    list_display = ["summary", "customer", "shown_kind", "shown_state", "created_at"]
    list_filter = [ResolvedFilter, "kind"]
    list_select_related = ["organization"]
    search_fields = ["summary", "key", "organization__name"]
    search_help_text = "A part of the summary (an id, for instance) or of the organization's name."
    ordering = [F("resolved_at").desc(nulls_first=True), "-id"]
    actions = ["resolve"]
    readonly_fields = ["customer", "shown_kind"]
    fieldsets = [
        (None, {"fields": ["summary", "customer", "shown_kind", "resolved_at"]}),
        ("Record", {"fields": ["key", "created_at"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: StaffTask) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Kind", ordering="kind")
    def shown_kind(self, row: StaffTask) -> str:
        return words(row.kind)

    @display(description="State", ordering="resolved_at", label={"open": "warning", "resolved": "success"})
    def shown_state(self, row: StaffTask) -> tuple[str, str]:
        return ("resolved", "Resolved") if row.resolved_at else ("open", "Open")

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_stafftask")

    @admin.action(description="Mark as resolved", permissions=["resolve"])
    def resolve(self, request: HttpRequest, queryset: QuerySet[StaffTask]) -> None:
        assert isinstance(request.user, User)  # noqa: S101  # Nobody else has the permission.
        closed = resolve_staff_tasks(queryset.values_list("pk", flat=True), actor=request.user, now=system_now())
        self.message_user(request, f"Resolved: {closed}.", messages.SUCCESS)
