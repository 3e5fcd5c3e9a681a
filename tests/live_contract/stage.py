"""Decides what a flow finds when it begins and what is left of it; it must not know which Stripe it speaks to.

All of a flow's customers live on one test clock, so that deleting the clock cleans up.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CLOCK_SECONDS = 300
DAY = 86_400


@dataclass
class Stage:
    """One flow's own clock, product and price."""

    sdk: Any
    clock: Any
    price: Any

    def customer(self, card: str | None = "pm_card_visa") -> Any:
        """A customer on the clock whose default card is this test token."""
        customer = self.sdk.customers.create({"test_clock": self.clock.id, "name": "Contract"})
        if card is None:
            return customer
        method = self.sdk.payment_methods.attach(card, {"customer": customer.id})
        settings = {"default_payment_method": method.id}
        return self.sdk.customers.update(customer.id, {"invoice_settings": settings})

    def use_card(self, customer: Any, token: str) -> None:
        """Give the customer another default card."""
        method = self.sdk.payment_methods.attach(token, {"customer": customer.id})
        self.sdk.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})

    def new_price(self, amount_minor: int) -> Any:
        """Another monthly price of the flow's product."""
        values = {"product": self.price.product, "currency": "usd", "unit_amount": amount_minor}
        return self.sdk.prices.create({**values, "recurring": {"interval": "month"}})

    def pay(self, token: str) -> Any:
        """A single payment of 42 dollars that has succeeded."""
        by_card = {"enabled": True, "allow_redirects": "never"}
        values = {"amount": 4200, "currency": "usd", "payment_method": token, "automatic_payment_methods": by_card}
        return self.sdk.payment_intents.create({**values, "confirm": True})

    def subscribe(self, customer: Any, **params: Any) -> Any:
        """A subscription to the flow's price."""
        return self.sdk.subscriptions.create({"customer": customer.id, "items": [{"price": self.price.id}], **params})

    def advance(self, seconds: int) -> None:
        """Move the clock and wait until it is ready."""
        self.clock = self.sdk.test_helpers.test_clocks.retrieve(self.clock.id)
        target = self.clock.frozen_time + seconds
        self.sdk.test_helpers.test_clocks.advance(self.clock.id, {"frozen_time": target})
        ends_at = time.monotonic() + CLOCK_SECONDS
        while self.sdk.test_helpers.test_clocks.retrieve(self.clock.id).status != "ready":
            assert time.monotonic() < ends_at, "the test clock did not become ready"
            time.sleep(1)


def same(found: Any, expected: Any, *, what: str) -> None:
    """Raise AssertionError, with both values, unless they are equal."""
    assert found == expected, f"{what}: {expected!r} expected, {found!r} found"


def run(sdk: Any, flow: Callable[[Stage], None]) -> None:
    """One flow on a stage of its own, which is taken down afterwards. Raises what the flow raises."""
    clock = sdk.test_helpers.test_clocks.create({"frozen_time": int(time.time()), "name": flow.__name__})
    product = sdk.products.create({"name": f"Contract {clock.id}"})
    recurring = {"interval": "month"}
    price = sdk.prices.create({"product": product.id, "currency": "usd", "unit_amount": 2500, "recurring": recurring})
    try:
        flow(Stage(sdk=sdk, clock=clock, price=price))
    finally:
        sdk.test_helpers.test_clocks.delete(clock.id)
        sdk.products.update(product.id, {"active": False})
