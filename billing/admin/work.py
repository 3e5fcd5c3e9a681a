"""What waits to be refreshed from Stripe, and why it does not get done."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from accounts.models import User
from billing.admin.objects import page_of
from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import NOTHING, find, link_to_list, links, words
from billing.models import Work
from billing.services.revive_refreshes import revive_refreshes


class WaitingFilter(admin.SimpleListFilter):
    """Whether a refresh of the object is outstanding."""

    title = "state"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "Waiting"), ("failing", "Failing"), ("dead", "Given up"), ("no", "Up to date")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Work]) -> QuerySet[Work]:
        match self.value():
            case "yes":
                return queryset.filter(done__lt=F("want"))
            case "failing":
                return queryset.filter(attempts__gt=0, dead_at=None)
            case "dead":
                return queryset.exclude(dead_at=None)
            case "no":
                return queryset.filter(done__gte=F("want"))
        return queryset


@admin.register(Work)
class WorkAdmin(ReadOnlyAdmin):
    list_display = ["stripe_id", "shown_kind", "shown_state", "attempts", "run_at", "last_error"]
    list_filter = [WaitingFilter, "kind"]
    search_fields = ["=stripe_id", "=object_key"]
    search_help_text = "The whole id of an object (sub_…, in_…)."
    ordering = ["-run_at"]
    actions = ["revive"]
    readonly_fields = ["state", "our_row", "timeline", "events"]
    fieldsets = [
        (None, {"fields": ["stripe_id", "kind", "state", "last_error"]}),
        ("Look further", {"fields": ["our_row", "timeline", "events"]}),
        ("Counts", {"fields": ["want", "done", "fence", "attempts", "faults"]}),
        ("Times", {"fields": ["run_at", "lease_until", "dead_at", "created_at"]}),
        ("Record", {"fields": ["object_key", "is_baseline"]}),
    ]

    def has_revive_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("billing.revive_work")

    @display(description="Kind", ordering="kind")
    def shown_kind(self, row: Work) -> str:
        return words(row.kind.replace(".", " "))

    @display(
        description="State",
        label={"dead": "danger", "failing": "warning", "waiting": "info", "done": "success"},
    )
    def shown_state(self, row: Work) -> tuple[str, str]:
        if row.dead_at:
            return "dead", "Given up"
        if row.attempts:
            return "failing", "Failing"
        return ("waiting", "Waiting") if row.done < row.want else ("done", "Up to date")

    @display(description="State")
    def state(self, row: Work) -> str:
        return self.shown_state(row)[1]

    @display(description="Our row")
    def our_row(self, row: Work) -> SafeString | str:
        return page_of(row.kind, row.stripe_id) or NOTHING

    @display(description="Timeline")
    def timeline(self, row: Work) -> SafeString | str:
        return link_to_list("billing_transition", "What happened to it", q=row.stripe_id)

    @display(description="Events that ask for it")
    def events(self, row: Work) -> SafeString | str:
        return links(find("webhooks_inboxevent", event_id) for event_id in row.event_ids)

    @admin.action(description="Try again", permissions=["revive"])
    def revive(self, request: HttpRequest, queryset: QuerySet[Work]) -> None:
        if not isinstance(request.user, User):
            raise PermissionDenied
        revived = revive_refreshes(queryset.values_list("pk", flat=True), actor=request.user)
        self.message_user(request, f"Tried again: {revived}.", messages.SUCCESS if revived else messages.WARNING)
