"""Decides the price behind a bare amount or behind terms given in place: it is out of use from the start.

Documented: such a price and the product of a bare amount are made, so that no id leads nowhere.
"""

from decimal import Decimal
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import price_numbers, prices
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit


def from_data(unit: Unit, data: dict[str, Any], *, path: str) -> StripeObject:
    """An inactive price of a product that exists, from `price_data`; it has no event (assumed).

    Raises ApiError for an unknown product or no amount; `path` is where the terms stand in the form.
    """
    return prices.make_price(unit, {**data, "active": False}, path=path)


def make(unit: Unit, amount: Decimal, *, currency: str, name: str) -> StripeObject:
    """An inactive one-off price, of minor units, of an inactive product; neither has an event."""
    product = unit.add(blank("product", id=ids.new_id("product"), active=False, name=name, updated=unit.now))
    return unit.add(
        blank(
            "price",
            id=ids.new_id("price"),
            active=False,
            currency=currency,
            product=product["id"],
            tax_behavior="unspecified",
            type="one_time",
            **price_numbers.shown(amount, "unit_amount"),
        )
    )
