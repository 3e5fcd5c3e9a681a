"""Stripe's own list of what happened, kept for 30 days; it must not judge an event."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from billing.gateway.client import call, client

PAGE_SIZE = 100


def pages_of_events(*, since: datetime, until: datetime, after_id: str = "") -> Iterator[list[dict[str, Any]]]:
    """Events made from `since` to `until` (billing time at Stripe, UTC), the newest first, a call a page.

    `after_id` (`evt_…`) goes on behind that event. Raises StripeUnreachable, StripeRateLimited, StripeKeyRefused;
    safe to repeat. https://docs.stripe.com/api/events/list (read 2026-11-20).
    """
    created = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
    while True:
        behind = {"starting_after": after_id} if after_id else {}
        page = call(client().v1.events.list, created=created, limit=PAGE_SIZE, **behind)
        # As Stripe wrote it: the SDK's objects turn decimal strings into numbers.
        events: list[dict[str, Any]] = orjson.loads(page.last_response.body)["data"]
        if events:
            yield events
        if not page["has_more"]:
            return
        after_id = events[-1]["id"]
