"""What shows who collects on a Stripe account: its settings cannot be read, their traces can. Reads only."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import stripe

from billing.gateway.client import call, client

_PAGE_SIZE = 100


def retried_invoice_ids(*, most: int) -> tuple[list[str], bool]:
    """Open invoices (`in_…`) that were tried and that Stripe will try again, and whether more were left unread.

    `most` bounds the invoices that are read, the newest first. One that was never tried only waits for its first try.
    Raises StripeUnreachable, StripeKeyRefused; safe to repeat.
    """
    listed = _all(client().v1.invoices.list, status="open", collection_method="charge_automatically")
    found = list(islice(listed, most + 1))
    ids = [str(one["id"]) for one in found if one["attempted"] and one["next_payment_attempt"] is not None]
    return ids, len(found) > most


def unpaid_subscription_ids(*, most: int) -> list[str]:
    """Subscriptions (`sub_…`) that Stripe has given up as `unpaid`, the newest `most` of them. Raises as above."""
    return [str(one["id"]) for one in islice(_all(client().v1.subscriptions.list, status="unpaid"), most)]


def subscription_ids_ended_by_stripe(*, since: datetime, most: int) -> list[str]:
    """Subscriptions that Stripe itself cancelled for failed payments from `since` (UTC) on, by its events.

    Stripe keeps events for 30 days; `most` bounds how many ended subscriptions are read. Raises as above.
    """
    events = _all(
        client().v1.events.list, type="customer.subscription.deleted", created={"gte": int(since.timestamp())}
    )
    ended = [event["data"]["object"] for event in islice(events, most)]
    return [str(one["id"]) for one in ended if _reason(one) == "payment_failed"]


def _reason(subscription: Any) -> str:
    plain = subscription if isinstance(subscription, dict) else subscription.to_dict()
    return str((plain.get("cancellation_details") or {}).get("reason") or "")


def _all(method: Callable[..., Any], **params: Any) -> Iterator[stripe.StripeObject]:
    behind: dict[str, Any] = {}
    while True:
        page = call(method, limit=_PAGE_SIZE, **behind, **params)
        yield from page["data"]
        if not page["has_more"]:
            return
        behind = {"starting_after": page["data"][-1]["id"]}
