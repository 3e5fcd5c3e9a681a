"""Decides what a quantity of a price comes to: by the unit, in packages, or by tiers; knows no object but the price.

Documented: volume tiers bill all units at the tier that the quantity reaches, graduated ones each unit at its own;
a flat amount is billed with its tier. Assumed: at a quantity of 0 only the flat amount of the first tier is billed,
and an invoice shows tiers as one line.
"""

from typing import Any

from stripe_sandbox.engine.prices import unit_amount_minor
from stripe_sandbox.errors import invalid
from stripe_sandbox.store.unit import StripeObject


def amount_minor(price: StripeObject, *, quantity: int, currency: str) -> int:
    """What this quantity costs. Raises ApiError when the price has no amount in the currency."""
    if price["billing_scheme"] == "tiered":
        return _tiered(price, quantity=quantity, currency=currency)
    return unit_amount_minor(price, currency=currency) * packages(price, quantity=quantity)


def packages(price: StripeObject, *, quantity: int) -> int:
    """The number of units that are billed for a quantity: itself, or packages rounded as the price says."""
    rule = price["transform_quantity"]
    if rule is None:
        return quantity
    whole, rest = divmod(quantity, rule["divide_by"])
    return whole + 1 if rest and rule["round"] == "up" else whole


def unit_decimal(price: StripeObject, *, currency: str) -> str | None:
    """The amount of one unit as Stripe shows it; None where no single amount exists."""
    return None if price["billing_scheme"] == "tiered" else str(unit_amount_minor(price, currency=currency))


def _tiered(price: StripeObject, *, quantity: int, currency: str) -> int:
    if price["currency"] != currency:
        raise invalid(f"The price `{price['id']}` does not support the currency `{currency}`.", param="currency")
    tiers = price["_tiers"]
    if price["tiers_mode"] == "volume":
        reached = next(tier for tier in tiers if tier["up_to"] is None or quantity <= tier["up_to"])
        return _tier_minor(reached, units=quantity)
    total, below = 0, 0
    for tier in tiers:
        if below and quantity <= below:
            break
        top = quantity if tier["up_to"] is None else min(quantity, tier["up_to"])
        total += _tier_minor(tier, units=max(top - below, 0))
        below = tier["up_to"] or quantity
    return total


def _tier_minor(tier: dict[str, Any], *, units: int) -> int:
    return (tier["unit_amount"] or 0) * units + (tier["flat_amount"] or 0)
