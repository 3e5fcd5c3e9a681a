"""Stripe's own list of what happened, kept for 30 days; it must not judge an event."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
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


@dataclass(frozen=True, slots=True)
class CustomerChange:
    """When Stripe changed a customer (UTC, Stripe's clock), which fields, and under which key if it was a call."""

    at: datetime
    fields: frozenset[str]
    key: str


def customer_changes(stripe_customer_id: str, *, since: datetime) -> list[CustomerChange]:
    """What was changed of one customer from `since` on, as far as Stripe keeps events, the newest first.

    Raises StripeUnreachable, StripeKeyRefused; safe to repeat.
    """
    created = {"gte": int(since.timestamp())}
    found = call(client().v1.events.list, type="customer.updated", created=created, limit=PAGE_SIZE)
    return [
        CustomerChange(
            at=datetime.fromtimestamp(event["created"], tz=UTC),
            fields=frozenset(_plain(event["data"]).get("previous_attributes") or {}),
            key=str(_plain(event["request"] or {}).get("idempotency_key") or ""),
        )
        for event in found.auto_paging_iter()
        if event["data"]["object"]["id"] == stripe_customer_id
    ]


def _plain(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else found.to_dict()
