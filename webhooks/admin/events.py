"""The inbox as staff see it: what came, what became of it, how long it waits; handling again is all one may do."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timesince import timesince
from unfold.decorators import action, display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import NOTHING
from billing.clock import system_now
from webhooks.admin import event_page
from webhooks.admin.filters import AgeFilter, ErrorFilter, ReplayedFilter
from webhooks.admin.replay_page import MOST_CHOSEN, replay_page
from webhooks.models import InboxEvent

_ERROR_LENGTH = 40
_COLOURS = {
    InboxEvent.State.NEW: "info",
    InboxEvent.State.DISPATCHED: "info",
    InboxEvent.State.DONE: "success",
    InboxEvent.State.QUARANTINED: "warning",
    InboxEvent.State.DEAD: "danger",
}


@admin.register(InboxEvent)
class InboxEventAdmin(ReadOnlyAdmin):
    list_display = ["event_id", "type", "shown_state", "age", "object_id", "shown_error"]
    list_filter = ["state", "source", AgeFilter, ErrorFilter, ReplayedFilter, "livemode", "type"]
    search_fields = ["=event_id", "=object_id"]
    search_help_text = "The whole id of an event (evt_…) or of the object that it is about."
    ordering = ["-id"]
    show_full_result_count = False
    actions = ["replay_chosen"]
    actions_list = ["replay_range"]
    actions_detail = ["replay_one"]
    fieldsets = [
        (None, {"fields": ["event_id", "type", "state", "error", "replays"]}),
        ("Object", {"fields": ["stripe_object", "at_stripe", "timeline", "refresh", "attempts", "refresh_error"]}),
        (
            "Times",
            {"fields": ["created_at", "received_at", "dispatched_at", "handled_at"]},
        ),
        ("Delivery", {"fields": ["provider", "endpoint", "source", "api_version", "livemode", "account"]}),
        (
            "Payload",
            {
                "fields": ["shown_body"],
                "description": "Keys, card and bank numbers, and links that open by themselves are hidden.",
            },
        ),
    ]
    readonly_fields = ["stripe_object", "at_stripe", "timeline"]
    readonly_fields += ["refresh", "attempts", "refresh_error", "shown_body"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxEvent]:
        rows: QuerySet[InboxEvent] = super().get_queryset(request)
        return rows.defer("body")

    def has_replay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("webhooks.replay_inboxevent"))

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: InboxEvent) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Age", ordering="received_at")
    def age(self, row: InboxEvent) -> str:
        return timesince(row.received_at, system_now(), depth=1)

    @display(description="Error", ordering="error")
    def shown_error(self, row: InboxEvent) -> str:
        return Truncator(row.error).chars(_ERROR_LENGTH) or NOTHING

    @display(description="Object")
    def stripe_object(self, row: InboxEvent) -> SafeString | str:
        return event_page.object_link(row)

    @display(description="At Stripe")
    def at_stripe(self, row: InboxEvent) -> SafeString | str:
        return event_page.dashboard_links(row)

    @display(description="Timeline")
    def timeline(self, row: InboxEvent) -> SafeString | str:
        return event_page.timeline(row)

    @display(description="Refresh")
    def refresh(self, row: InboxEvent) -> SafeString | str:
        return event_page.work_link(row)

    @display(description="Attempts")
    def attempts(self, row: InboxEvent) -> str:
        return event_page.attempts(row)

    @display(description="Last error of the refresh")
    def refresh_error(self, row: InboxEvent) -> str:
        return event_page.last_error(row)

    @display(description="Body")
    def shown_body(self, row: InboxEvent) -> SafeString:
        return event_page.body(row)

    @admin.action(description="Handle again", permissions=["replay"])
    def replay_chosen(self, request: HttpRequest, queryset: QuerySet[InboxEvent]) -> HttpResponse | None:
        ids = list(queryset.values_list("pk", flat=True)[: MOST_CHOSEN + 1])
        if len(ids) > MOST_CHOSEN:
            text = f"At most {MOST_CHOSEN} events can be chosen by hand. Use “Handle a time range again” for more."
            self.message_user(request, text, messages.WARNING)
            return None
        return _to_replay_page(ids)

    @action(description="Handle a time range again", url_path="replay", permissions=["replay"], icon="replay")
    def replay_range(self, request: HttpRequest) -> HttpResponse:
        return replay_page(request, model_admin=self)

    @action(description="Handle again", url_path="replay", permissions=["replay"], icon="replay")
    def replay_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _to_replay_page([object_id])


def _to_replay_page(ids: list[Any]) -> HttpResponse:
    address = reverse("admin:webhooks_inboxevent_replay_range")
    return HttpResponseRedirect(f"{address}?ids={','.join(map(str, ids))}")
