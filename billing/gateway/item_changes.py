"""A change of a subscription's one item as Stripe is asked for it, in a preview and in the update alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ItemChange:
    """Every input that decides what is charged. `proration_at` is UTC and None exactly where nothing is prorated.

    `stripe_item_id` is `si_…`; `proration_behavior` one of `always_invoice`, `create_prorations`, `none`.
    """

    stripe_subscription_id: str
    stripe_item_id: str
    stripe_price_id: str
    quantity: int
    proration_behavior: str
    proration_at: datetime | None = None
    begins_new_cycle: bool = False

    def params(self) -> dict[str, Any]:
        """The parameters that a preview takes under `subscription_details` and an update takes as they are."""
        item = {"id": self.stripe_item_id, "price": self.stripe_price_id, "quantity": self.quantity}
        params: dict[str, Any] = {"items": [item], "proration_behavior": self.proration_behavior}
        if self.proration_at is not None:
            params["proration_date"] = int(self.proration_at.timestamp())
        if self.begins_new_cycle:
            params["billing_cycle_anchor"] = "now"
        return params
