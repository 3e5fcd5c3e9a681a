"""Use case: read Stripe's list of what happened, for whoever looks for events that never came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import orjson

from billing.gateway import events
from billing.gateway.budget import paced


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event as Stripe would have delivered it: its id (`evt_…`), its type, and the JSON of all of it."""

    event_id: str
    type: str
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
        yield [ListedEvent(event["id"], event["type"], orjson.dumps(event)) for event in page]
