"""Moves inbox rows on: to the objects that they ask for, and to "done" once those are fetched; it fetches nothing."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection, transaction
from structlog.contextvars import bound_contextvars

from billing.services.sync import ObjectRef, finished, given_up, keeps_account, request_refresh
from webhooks import counts, registry
from webhooks.admission import objection
from webhooks.models import InboxEvent
from webhooks.providers.endpoints import find_endpoint

logger = logging.getLogger(__name__)

# On SQLite no delivery can be stored while a batch is written, so a batch is short.
_BATCH_ROWS = 50
_SETTLED_ROWS = 500
_ERROR_LENGTH = 300
_DECIDED = ["state", "object_key", "dispatched_at", "handled_at", "error"]
_State = InboxEvent.State
_WITH_OBJECT = (_State.DISPATCHED, _State.DEAD)


def dispatch_new(*, now: datetime, batch_rows: int = _BATCH_ROWS, batches: int = 80) -> int:
    """Hand new events to the mirror's work list, oldest first; how many were taken. `now` is system time in UTC.

    Safe to repeat and to run twice at once: an event raises the wish for its objects exactly once, because both are
    committed together. An event that its handler cannot read becomes dead and holds up no other.
    """
    taken = 0
    for _ in range(batches):
        count = _dispatch_batch(batch_rows, now=now)
        taken += count
        if count < batch_rows:
            break
    return taken


def _dispatch_batch(batch_rows: int, *, now: datetime) -> int:
    with transaction.atomic():
        # PostgreSQL passes over the rows of another dispatcher; SQLite lets one transaction write at a time.
        rows = list(
            InboxEvent.objects.select_for_update(skip_locked=True)
            .filter(state=_State.NEW)
            .order_by("id")[:batch_rows]
        )
        wishes: dict[ObjectRef, list[str]] = {}
        for row in rows:
            with bound_contextvars(event_id=row.event_id, object_id=row.object_id):
                refs = [] if _is_set_aside(row) else _read(row, now=now)
            for ref in refs:
                wishes.setdefault(ref, []).append(row.event_id)
        request_refresh(wishes)
        _save(rows)
    _count(rows)
    return len(rows)


def _save(rows: Iterable[InboxEvent]) -> None:
    """Plain SQL: Django's `bulk_update` builds an expression a value, dearer than all the rest of a batch."""
    fields = [InboxEvent._meta.get_field(name) for name in _DECIDED]
    values = [
        [*(field.get_db_prep_save(getattr(row, field.name), connection) for field in fields), row.pk]  # type: ignore[union-attr]
        for row in rows
    ]
    quote = connection.ops.quote_name
    settings = ", ".join(f"{quote(name)} = %s" for name in _DECIDED)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(InboxEvent._meta.db_table)} SET {settings} WHERE id = %s", values)  # noqa: S608  # Names of ours.


def _count(rows: Iterable[InboxEvent]) -> None:
    for row in rows:
        if row.state == _State.DISPATCHED:
            counts.dispatched()
        elif row.state == _State.IGNORED:
            counts.ignored(row.type)


def _is_set_aside(row: InboxEvent) -> bool:
    """Reception has looked already, but a person may have sent the event here again, or the settings have changed."""
    endpoint = find_endpoint(row.endpoint)
    if endpoint is None:
        reason = "The address that it came to is closed."
    else:
        reason = objection(account=row.account, is_live=row.livemode, api_version=row.api_version, endpoint=endpoint)
    if not reason and row.account and not keeps_account(row.account):
        reason = "The objects of that account are not kept here."
    if reason:
        row.state, row.error, row.dispatched_at = _State.QUARANTINED, reason, None
    return bool(reason)


def _read(row: InboxEvent, *, now: datetime) -> list[ObjectRef]:
    """Decide the row's next state (not saved here) and return the objects that it asks for."""
    try:
        refs = list(dict.fromkeys(registry.objects_of(row.type, body=bytes(row.body or b""))))
    except Exception as error:
        # A fault of ours or a shape that we do not know: this event waits for a person, the others go on.
        logger.exception("inbox: the handler of %s failed on %s", row.type, row.event_id)
        row.state, row.error = _State.DEAD, f"{type(error).__name__}: {error}"[:_ERROR_LENGTH]
        row.dispatched_at = None
        return []
    if not refs:
        row.state, row.handled_at, row.error = _State.IGNORED, now, registry.why_ignored(row.type)
        return []
    row.state, row.object_key, row.dispatched_at, row.error = _State.DISPATCHED, refs[0].key, now, ""
    return refs


def settle_dispatched(*, now: datetime) -> int:
    """Mark the events done whose object was fetched after they were handed over; how many. Safe to repeat.

    Where the object was given up its events become dead, until a later one brings it back.
    """
    return sum(_settle(batch, now=now) for batch in _waiting())


def _waiting() -> Iterator[list[tuple[int, str]]]:
    """All rows that wait for their object, or died with it, as (id, object key), in batches."""
    after = 0
    rows = InboxEvent.objects.filter(state__in=_WITH_OBJECT).exclude(object_key="").order_by("id")
    while batch := list(rows.filter(id__gt=after).values_list("id", "object_key")[:_SETTLED_ROWS]):
        yield batch
        after = batch[-1][0]


def _settle(batch: Iterable[tuple[int, str]], *, now: datetime) -> int:
    # The rows were read before the question, so their wishes are part of the answer. An event that comes for the
    # same object meanwhile is not among them and is not declared done by mistake.
    rows = dict(batch)
    finished_keys = finished(set(rows.values()))
    ids = [row_id for row_id, key in rows.items() if key in finished_keys]
    for key, error in given_up(set(rows.values()) - finished_keys).items():
        theirs = [row_id for row_id, row_key in rows.items() if row_key == key]
        InboxEvent.objects.filter(id__in=theirs, state=_State.DISPATCHED).update(state=_State.DEAD, error=error)
    return InboxEvent.objects.filter(id__in=ids, state__in=_WITH_OBJECT).update(
        state=_State.DONE, handled_at=now, error=""
    )
