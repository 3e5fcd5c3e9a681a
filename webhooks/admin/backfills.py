"""Looks for events that never came: how far each has got, what it found, and the page to start one."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display

from accounts.models import User
from billing.admin.read_only import ReadOnlyAdmin
from webhooks.admin.backfill_page import backfill_page
from webhooks.models import Backfill

_COLOURS = {
    Backfill.State.RUNNING: "info",
    Backfill.State.FINISHED: "success",
    Backfill.State.FAILED: "danger",
}
_STAFF = "staff "


@admin.register(Backfill)
class BackfillAdmin(ReadOnlyAdmin):
    list_display = ["time", "shown_state", "progress", "events_seen", "events_found", "asked", "started_at"]
    list_filter = ["state", "asked_by", "livemode"]
    search_fields = ["=reached", "=error"]
    search_help_text = "The last event looked at (evt_…), or a whole error."
    ordering = ["-id"]
    actions_list = ["start"]
    readonly_fields = ["time", "progress", "asker"]
    fieldsets = [
        (None, {"fields": ["time", "state", "progress", "error"]}),
        ("Found", {"fields": ["events_seen", "events_found", "reached", "reached_at"]}),
        ("Record", {"fields": ["asker", "started_at", "finished_at", "livemode"]}),
    ]

    def has_start_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("webhooks.start_backfill"))

    @display(description="Events made (UTC)", ordering="until_at")
    def time(self, row: Backfill) -> str:
        return f"{row.since_at:%-d %b, %H:%M} to {row.until_at:%-d %b %Y, %H:%M}"

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: Backfill) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Looked through")
    def progress(self, row: Backfill) -> str:
        return f"{percent(row)} %"

    @display(description="Asked by", ordering="asked_by")
    def asked(self, row: Backfill) -> str:
        return "Staff" if row.asked_by.startswith(_STAFF) else row.asked_by.capitalize()

    @display(description="Asked by")
    def asker(self, row: Backfill) -> str:
        if not row.asked_by.startswith(_STAFF):
            return row.asked_by.capitalize()
        person = User.objects.filter(pk=row.asked_by.removeprefix(_STAFF)).first()
        return str(person) if person else row.asked_by

    @action(description="Look for missing events", url_path="start", permissions=["start"], icon="search")
    def start(self, request: HttpRequest) -> HttpResponse:
        return backfill_page(request, model_admin=self)


def percent(row: Backfill) -> int:
    """How much of the time has been looked through. The newest events come first, so it ends at the beginning."""
    if row.state == Backfill.State.FINISHED:
        return 100
    whole = (row.until_at - row.since_at).total_seconds()
    if row.reached_at is None or whole <= 0:
        return 0
    return max(0, min(99, int(100 * (row.until_at - row.reached_at).total_seconds() / whole)))
