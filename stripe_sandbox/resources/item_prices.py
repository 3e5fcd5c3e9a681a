"""Decides which price, and how much of it, the parameters of an invoice item mean."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stripe_sandbox.engine import price_amounts, price_numbers, unlisted_prices
from stripe_sandbox.errors import invalid_parameter, missing_parameter
from stripe_sandbox.store.unit import StripeObject, Unit

SOURCES = ("price", "price_data", "amount", "unit_amount_decimal")
QUANTITIES = ("quantity", "quantity_decimal")


@dataclass(frozen=True)
class Priced:
    """A price, the quantity of it and what that comes to in minor units."""

    price: StripeObject
    quantity: Decimal
    currency: str

    @property
    def amount_minor(self) -> int:
        """The amount of the whole quantity, rounded."""
        return price_amounts.amount_minor(self.price, quantity=self.quantity, currency=self.currency)

    @property
    def pricing(self) -> dict[str, Any]:
        """How an invoice item and its line show the price."""
        return {
            "price_details": {"price": self.price["id"], "product": self.price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price_amounts.unit_decimal(self.price, currency=self.currency),
        }


def is_given(params: dict[str, Any]) -> bool:
    """Whether the parameters name a price, an amount or a quantity."""
    return any(params.get(key) is not None for key in (*SOURCES, *QUANTITIES, "pricing"))


def read(unit: Unit, params: dict[str, Any], *, currency: str, present: Priced | None = None) -> Priced:
    """What a new invoice item costs, or one that has been `present` and is changed.

    A bare amount gets a price of its own, out of use from the start. Raises ApiError for two prices at once, or none.
    """
    given = {**params, "price": (params.get("pricing") or {}).get("price") or params.get("price")}
    named = [key for key in SOURCES if given.get(key) is not None]
    if len(named) > 1:
        raise invalid_parameter(f"You may only specify one of these parameters: {', '.join(named)}.", param=named[1])
    if not named and present is None:
        raise missing_parameter("amount")
    quantity = _quantity(params)
    if named == ["amount"]:
        if quantity is not None:
            raise invalid_parameter("You cannot pass `quantity` together with `amount`.", param="quantity")
        quantity = Decimal(1)
    if quantity is None:
        quantity = Decimal(1) if present is None else present.quantity
    price = _price(unit, given, named[0], currency=currency) if named else present.price if present else {}
    return Priced(price=price, quantity=quantity, currency=currency)


def one_off_price(unit: Unit, name: str, *, param: str) -> StripeObject:
    """A price that is billed once. Raises ApiError 400 for an unknown or a recurring one."""
    price = unit.get("price", name, param=param, status=400)
    if price["recurring"] is not None:
        raise invalid_parameter(
            "The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.",
            param=param,
        )
    return price


def _price(unit: Unit, given: dict[str, Any], source: str, *, currency: str) -> StripeObject:
    if source == "price":
        return one_off_price(unit, given["price"], param="pricing[price]")
    if source == "price_data":
        return unlisted_prices.from_data(unit, given["price_data"], path="price_data")
    text = given.get("description") or "Invoice item"
    return unlisted_prices.make(unit, Decimal(str(given[source])), currency=currency, name=text)


def _quantity(params: dict[str, Any]) -> Decimal | None:
    named = [key for key in QUANTITIES if params.get(key) is not None]
    if len(named) > 1:
        raise invalid_parameter(f"You may only specify one of these parameters: {', '.join(named)}.", param=named[1])
    if not named:
        return None
    quantity = Decimal(str(params[named[0]]))
    if quantity < 0:
        raise invalid_parameter(
            "This value must be greater than or equal to 0.", param=named[0], code="parameter_invalid_integer"
        )
    if -int(quantity.normalize().as_tuple().exponent) > price_numbers.MOST_PLACES:
        raise invalid_parameter(f"At most {price_numbers.MOST_PLACES} decimal places are allowed.", param=named[0])
    return quantity
