"""Puts a signed event into the inbox, once; it must not know what an event leads to.

Runs before the answer to the provider: one statement, no transaction to hold, no network.
"""

import logging
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.db import connection

from billing.clock import system_now
from webhooks import patience
from webhooks.admission import objection
from webhooks.events import Endpoint, SignedEvent
from webhooks.models import InboxEvent

__all__ = ["record", "state_of", "system_now"]

logger = logging.getLogger(__name__)

_COLUMNS = [
    *("provider", "endpoint", "event_id", "type", "account", "livemode", "api_version"),
    *("object_id", "object_key", "created_at", "received_at", "body", "state", "error", "source"),
]


def record(
    event: SignedEvent,
    *,
    endpoint: Endpoint,
    body: bytes,
    now: datetime,
    source: InboxEvent.Source = InboxEvent.Source.PUSH,
) -> bool:
    """Store the event and commit; False if it was there already. Safe to repeat, also at the same moment.

    `now` is system time in UTC. Raises django.db.Error when nothing was stored; a delivery, for which somebody waits,
    waits less than a second for the database. Must be called in autocommit.
    """
    state, error = state_of(event, endpoint=endpoint)
    row = InboxEvent(
        provider=endpoint.provider,
        endpoint=endpoint.key,
        event_id=event.event_id,
        type=event.type,
        account=event.account,
        livemode=event.is_live,
        api_version=event.api_version,
        object_id=event.object_id,
        created_at=event.created_at,
        received_at=now,
        body=body,
        state=state,
        error=error,
        source=source,
    )
    is_new = _insert(row)
    if is_new and error:
        logger.error("inbox: %s is %s: %s", event.event_id, state, error)
    return is_new


def state_of(event: SignedEvent, *, endpoint: Endpoint) -> tuple[InboxEvent.State, str]:
    """The state in which an event begins, and why if it is not to be applied."""
    if event.fault:
        return InboxEvent.State.DEAD, event.fault
    reason = objection(account=event.account, is_live=event.is_live, api_version=event.api_version, endpoint=endpoint)
    return (InboxEvent.State.QUARANTINED, reason) if reason else (InboxEvent.State.NEW, "")


def _insert(row: InboxEvent) -> bool:
    """Plain SQL, because Django's `ignore_conflicts` becomes OR IGNORE on SQLite, which swallows every constraint."""
    meta = InboxEvent._meta
    values: list[Any] = []
    for name in _COLUMNS:
        values.append(meta.get_field(name).get_db_prep_save(getattr(row, name), connection))  # type: ignore[union-attr]
    quote = connection.ops.quote_name
    is_awaited = row.source == InboxEvent.Source.PUSH
    with patience.short() if is_awaited else nullcontext("") as limit, connection.cursor() as cursor:
        cursor.execute(
            f"{limit}INSERT INTO {quote(meta.db_table)} ({', '.join(map(quote, _COLUMNS))})"  # noqa: S608  # Names of ours.
            f" VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
            " ON CONFLICT (provider, endpoint, event_id) DO NOTHING",
            values,
        )
        while limit and cursor.nextset():
            pass  # The limit has a result of its own, before that of the insert.
        return bool(cursor.rowcount == 1)
