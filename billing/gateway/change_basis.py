"""Reads at Stripe everything that the amounts of a change rest on, and gives it one digest."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from billing.gateway.client import call, client

_OF_ITEM = ("id", "quantity", "current_period_start", "current_period_end", "tax_rates", "discounts")
_OF_SUBSCRIPTION = (
    "status",
    "currency",
    "collection_method",
    "billing_cycle_anchor",
    "trial_end",
    "cancel_at",
    "discounts",
    "default_tax_rates",
)
_OF_CUSTOMER = ("balance", "tax_exempt", "address", "discount")


@dataclass(frozen=True, slots=True)
class BilledItem:
    """One item (`si_…`) as Stripe has it; times are UTC."""

    stripe_item_id: str
    stripe_price_id: str
    quantity: int
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True)
class ChangeBasis:
    """`digest` is another one as soon as an item, price, quantity, discount, the balance, the period, the tax or the
    trial is; what else changes at Stripe leaves it alone."""

    stripe_subscription_id: str
    digest: str
    status: str
    currency: str
    collection_method: str
    items: tuple[BilledItem, ...]
    stripe_schedule_id: str
    is_ending: bool

    def item_of(self, stripe_price_id: str) -> BilledItem | None:
        """The item of this price (`price_…`): a subscription has at most one of each."""
        return next((item for item in self.items if item.stripe_price_id == stripe_price_id), None)

    @property
    def is_trialing(self) -> bool:
        return self.status == "trialing"


def read_change_basis(stripe_subscription_id: str) -> ChangeBasis:
    """The basis as Stripe has it now. Raises StripeObjectMissing, StripeUnreachable; safe to repeat."""
    v1 = client().v1
    subscription = call(v1.subscriptions.retrieve, stripe_subscription_id).to_dict()
    customer = call(v1.customers.retrieve, subscription["customer"]).to_dict()
    return ChangeBasis(
        stripe_subscription_id=subscription["id"],
        digest=_digest(subscription, customer),
        status=subscription["status"],
        currency=subscription["currency"],
        collection_method=subscription["collection_method"],
        items=tuple(_item(item) for item in subscription["items"]["data"]),
        stripe_schedule_id=subscription["schedule"] or "",
        is_ending=subscription["cancel_at"] is not None,
    )


def _digest(subscription: dict[str, Any], customer: dict[str, Any]) -> str:
    told = {
        "items": [
            {"price": item["price"]["id"], **{name: item.get(name) for name in _OF_ITEM}}
            for item in subscription["items"]["data"]
        ],
        "automatic_tax": subscription["automatic_tax"]["enabled"],
        "is_paused": subscription["pause_collection"] is not None,
        **{name: subscription.get(name) for name in _OF_SUBSCRIPTION},
        "customer": {name: customer.get(name) for name in _OF_CUSTOMER},
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _item(item: dict[str, Any]) -> BilledItem:
    return BilledItem(
        stripe_item_id=item["id"],
        stripe_price_id=item["price"]["id"],
        quantity=item["quantity"] or 1,
        period_start=datetime.fromtimestamp(item["current_period_start"], tz=UTC),
        period_end=datetime.fromtimestamp(item["current_period_end"], tz=UTC),
    )
