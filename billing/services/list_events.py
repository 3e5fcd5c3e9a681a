"""Use case: read Stripe's list of what happened, for whoever looks for events that never came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from billing.gateway import events
from billing.gateway.budget import paced


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event as Stripe would have delivered it: id (`evt_…`), type, when it was made, and the JSON of all of it."""

    event_id: str
    type: str
    created_at: datetime
    body: bytes


def list_events(*, since: datetime, until: datetime, after_id: str = "") -> Iterator[list[ListedEvent]]:
    """Pages of events from `since` to `until` (business time, UTC), the newest first; waits for the shared budget.

    Raises StripeUnreachable, StripeKeyRefused; safe to repeat, and to go on behind `after_id`.
    """
    pages = events.pages_of_events(since=since, until=until, after_id=after_id)
    while True:
        with paced():
            page = next(pages, None)
        if page is None:
            return
        yield [_listed(event) for event in page]


def _listed(event: dict[str, Any]) -> ListedEvent:
    created_at = datetime.fromtimestamp(event["created"], tz=UTC)
    return ListedEvent(event["id"], event["type"], created_at, orjson.dumps(event))
