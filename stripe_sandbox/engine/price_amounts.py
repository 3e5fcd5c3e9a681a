"""Decides what a quantity of a price comes to: by the unit, in packages, or by tiers; knows no object but the price.

Documented: volume tiers bill all units at the tier that the quantity reaches, graduated ones each unit at its own;
a flat amount is billed with its tier; amounts may be parts of a minor unit. Assumed: only the whole line is rounded,
half away from zero; at a quantity of 0 only the flat amount of the first tier is billed, and an invoice shows tiers
as one line.
"""

from decimal import Decimal
from typing import Any

from stripe_sandbox.engine import price_numbers
from stripe_sandbox.engine.prices import tiers_in, unit_amount
from stripe_sandbox.engine.totals import rounded
from stripe_sandbox.store.unit import StripeObject

Quantity = int | Decimal


def amount_minor(price: StripeObject, *, quantity: Quantity, currency: str) -> int:
    """What this quantity costs. Raises ApiError when the price has no amount in the currency."""
    if price["billing_scheme"] == "tiered":
        return rounded(_tiered(price, quantity=Decimal(quantity), currency=currency))
    return rounded(unit_amount(price, currency=currency) * packages(price, quantity=quantity))


def packages(price: StripeObject, *, quantity: Quantity) -> Decimal:
    """The number of units that are billed for a quantity: itself, or packages rounded as the price says."""
    rule = price["transform_quantity"]
    if rule is None:
        return Decimal(quantity)
    whole, rest = divmod(Decimal(quantity), rule["divide_by"])
    return whole + 1 if rest and rule["round"] == "up" else whole


def unit_decimal(price: StripeObject, *, currency: str) -> str | None:
    """The amount of one unit as Stripe shows it; None where no single amount exists."""
    if price["billing_scheme"] == "tiered":
        return None
    return price_numbers.plain(unit_amount(price, currency=currency))


def _tiered(price: StripeObject, *, quantity: Decimal, currency: str) -> Decimal:
    tiers = tiers_in(price, currency=currency)
    if price["tiers_mode"] == "volume":
        reached = next(tier for tier in tiers if tier["up_to"] is None or quantity <= tier["up_to"])
        return _tier_amount(reached, units=quantity)
    total, below = Decimal(0), Decimal(0)
    for tier in tiers:
        if below and quantity <= below:
            break
        top = quantity if tier["up_to"] is None else min(quantity, Decimal(tier["up_to"]))
        total += _tier_amount(tier, units=max(top - below, Decimal(0)))
        below = quantity if tier["up_to"] is None else Decimal(tier["up_to"])
    return total


def _tier_amount(tier: dict[str, Any], *, units: Decimal) -> Decimal:
    each = price_numbers.kept(tier, "unit_amount") or Decimal(0)
    return each * units + (price_numbers.kept(tier, "flat_amount") or Decimal(0))
