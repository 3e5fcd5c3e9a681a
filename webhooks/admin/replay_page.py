"""The page that says how many events would be handled again, and does it when that is confirmed."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import User
from billing.admin.read_only import ReadOnlyAdmin
from billing.clock import system_now
from webhooks.models import InboxEvent
from webhooks.registry import event_types
from webhooks.replay import MOST_EVENTS, Choice, replay

MOST_CHOSEN = 500
"""How many events one may tick; an address has to hold their ids."""
_LONGEST_RANGE = timedelta(days=31)
_STATES = [choice for choice in InboxEvent.State.choices if choice[0] != InboxEvent.State.NEW]


def moment_widget() -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"})


class RangeForm(forms.Form):
    """Which events; times are UTC, as everywhere in the admin."""

    since = forms.DateTimeField(label="Received from (UTC)", widget=moment_widget())
    until = forms.DateTimeField(label="Until (UTC)", widget=moment_widget())
    type = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget())
    states = forms.MultipleChoiceField(
        label="Only these states",
        required=False,
        choices=_STATES,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="None ticked means every state.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = [(name, name) for name in event_types()]
        self.fields["type"].choices = [("", "Every type"), *types]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since >= until:
            self.add_error("until", "This must be later than the beginning.")
        elif since and until and until - since > _LONGEST_RANGE:
            self.add_error("until", f"At most {_LONGEST_RANGE.days} days at a time.")
        return given

    def rows(self) -> QuerySet[InboxEvent]:
        given = self.cleaned_data
        choice = Choice(since=given["since"], until=given["until"], type=given["type"], states=tuple(given["states"]))
        return choice.rows()


def replay_page(request: HttpRequest, *, model_admin: ReadOnlyAdmin) -> HttpResponse:
    """GET shows the form and, when it is filled in, how many there are; POST has them handled again."""
    given = request.POST if request.method == "POST" else request.GET
    form = None if "ids" in given else _form(given)
    rows = _chosen(given["ids"]) if form is None else form.rows() if form.is_valid() else None
    count = 0 if rows is None else rows.count()
    if request.method == "POST" and rows is not None and 0 < count <= MOST_EVENTS:
        return _replay(request, rows)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Handle events again",
        "opts": InboxEvent._meta,
        "form": form,
        "fields": list(given.lists()),
        "is_counted": rows is not None,
        "count": count,
        "most": MOST_EVENTS,
        "by_state": [] if rows is None else _by_state(rows),
        "inbox": reverse("admin:webhooks_inboxevent_changelist"),
    }
    return TemplateResponse(request, "admin/webhooks/replay.html", context)


def _form(given: Any) -> RangeForm:
    if "since" in given:
        return RangeForm(given)
    now = system_now().replace(second=0, microsecond=0)
    written = {
        "since": f"{now - timedelta(hours=24):%Y-%m-%dT%H:%M}",
        "until": f"{now + timedelta(minutes=1):%Y-%m-%dT%H:%M}",
    }
    return RangeForm(initial={**written, "states": [InboxEvent.State.DEAD]})


def _chosen(text: str) -> QuerySet[InboxEvent]:
    ids = [
        int(part) for part in text.split(",")[:MOST_CHOSEN] if part.isascii() and part.isdigit() and len(part) < 19
    ]
    return InboxEvent.objects.filter(pk__in=ids).exclude(state=InboxEvent.State.NEW)


def _by_state(rows: QuerySet[InboxEvent]) -> list[tuple[str, int]]:
    labels = dict(InboxEvent.State.choices)
    counted = rows.order_by().values_list("state").annotate(count=Count("pk")).order_by("-count")
    return [(str(labels.get(state, state)), count) for state, count in counted]


def _replay(request: HttpRequest, rows: QuerySet[InboxEvent]) -> HttpResponse:
    if not isinstance(request.user, User):
        raise PermissionDenied
    done = replay(rows.values_list("pk", flat=True), actor=request.user)
    text = f"Handled again: {done.again}."
    if done.passed_over:
        text += f" Left alone: {done.passed_over}, which have no body any more or may not be applied here."
    messages.add_message(request, messages.SUCCESS if done.again else messages.WARNING, text)
    return HttpResponseRedirect(reverse("admin:webhooks_inboxevent_changelist"))
