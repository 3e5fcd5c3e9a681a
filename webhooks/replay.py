"""Has events handled again that came before; it decides which may be, and must not know what follows from one.

An event only says which object to fetch, and effects hang on facts that are written once. So a second handling of the
same event fetches again, and mails, charges and cases are not made again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from billing import audit
from billing.services.sync import revive
from webhooks import inbox
from webhooks.models import InboxEvent
from webhooks.providers.endpoints import PROVIDERS, find_endpoint

MOST_EVENTS = 20_000
"""How many events one request of a person may have handled again."""
_BATCH_ROWS = 200
_State = InboxEvent.State


@dataclass(frozen=True, slots=True)
class Choice:
    """Events that came from `since` to `until` (system time, UTC), narrowed by a type and by states, if given."""

    since: datetime
    until: datetime
    type: str = ""
    states: tuple[str, ...] = ()

    def rows(self) -> QuerySet[InboxEvent]:
        """Those of them that can be handled again at all: what is new has not been handled once."""
        rows = InboxEvent.objects.filter(received_at__gte=self.since, received_at__lt=self.until)
        rows = rows.filter(type=self.type) if self.type else rows
        rows = rows.filter(state__in=self.states) if self.states else rows
        return rows.exclude(state=_State.NEW)


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events are handled again, and how many cannot be: no body, still not ours, or under way already."""

    again: int
    passed_over: int


def replay(row_ids: Iterable[int], *, actor: User) -> Replayed:
    """Put the inbox rows back among the new ones, a batch a transaction, with a line in the audit for each batch.

    Objects that were given up are tried again from the beginning. What was quarantined, or could not be read, is
    judged anew first. Safe to repeat and to run twice at once: nothing is charged, mailed or opened a second time.
    """
    ids = sorted(set(row_ids))
    again = sum(_replay(ids[start : start + _BATCH_ROWS], actor=actor) for start in range(0, len(ids), _BATCH_ROWS))
    return Replayed(again, len(ids) - again)


def _replay(ids: list[int], *, actor: User) -> int:
    with transaction.atomic():
        found = InboxEvent.objects.select_for_update().filter(pk__in=ids).exclude(state=_State.NEW).order_by("pk")
        rows = [row for row in found if _judge(row)]
        if not rows:
            return 0
        revive(row.object_key for row in rows if row.object_key)
        for row in rows:
            row.state, row.error, row.replays = _State.NEW, "", row.replays + 1
            row.dispatched_at = row.handled_at = None
        InboxEvent.objects.bulk_update(rows, _CHANGED)
        event_ids = [row.event_id for row in rows]
        subject = event_ids[0] if len(rows) == 1 else f"{len(rows)} events"
        audit.record("events_replayed", subject=subject, organization=None, actor=actor, event_ids=event_ids)
    return len(rows)


_ENVELOPE = ["type", "account", "livemode", "api_version", "object_id", "created_at"]
_CHANGED = ["state", "error", "replays", "dispatched_at", "handled_at", *_ENVELOPE]


def _judge(row: InboxEvent) -> bool:
    """Read the envelope again, with today's code and settings; False if the event may not be applied."""
    endpoint = find_endpoint(row.endpoint)
    if endpoint is None or row.body is None:
        return False
    event = PROVIDERS[endpoint.provider].read(bytes(row.body))
    if inbox.state_of(event, endpoint=endpoint)[0] != _State.NEW:
        return False
    row.type, row.account, row.livemode = event.type, event.account, event.is_live
    row.api_version, row.object_id, row.created_at = event.api_version, event.object_id, event.created_at
    return True
