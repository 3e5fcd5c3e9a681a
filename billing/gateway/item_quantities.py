"""How many of one item a subscription bills at Stripe."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe

from billing.gateway.client import call, client


@dataclass(frozen=True, slots=True)
class ItemQuantity:
    """Every input of the call. `proration_at` is UTC, and None exactly where nothing is prorated.

    `proration_behavior` is one of `always_invoice`, `create_prorations`, `none`.
    """

    stripe_subscription_id: str
    stripe_item_id: str
    quantity: int
    proration_behavior: str
    reference: str
    proration_at: datetime | None = None


def pooled_minor(stripe_subscription_id: str, *, stripe_customer_id: str) -> int:
    """What stands ready for the next invoice of a subscription beside its renewal, before tax. Safe to repeat."""
    found = call(client().v1.invoice_items.list, customer=stripe_customer_id, pending=True, limit=100)
    return sum(
        item["amount"] for item in found.auto_paging_iter() if _subscription_of(item) == stripe_subscription_id
    )


def _subscription_of(item: Any) -> str:
    parent = item["parent"]
    return parent["subscription_details"]["subscription"] if parent and parent["subscription_details"] else ""


def set_quantity(change: ItemQuantity, *, key: str) -> stripe.Subscription:
    """Set how many of one item are billed; its price stays whatever it is. Safe to repeat with the same key.

    Raises StripeUnreachable, StripeRefused, and CardDeclined where an invoice is made at once and not paid: then
    nothing has changed.
    """
    params: dict[str, Any] = {
        "items": [{"id": change.stripe_item_id, "quantity": change.quantity}],
        "proration_behavior": change.proration_behavior,
        "metadata": {"seat_change": change.reference},
    }
    if change.proration_at is not None:
        params["proration_date"] = int(change.proration_at.timestamp())
    if change.proration_behavior == "always_invoice":
        params["payment_behavior"] = "error_if_incomplete"
    return call(client().v1.subscriptions.update, change.stripe_subscription_id, key=key, **params)
