"""Decides what tax rates are and which of them a parameter names; what they come to is `totals`.

Documented: fields and that a rate's percentage and inclusiveness never change. Without registrations automatic tax
collects nothing; that such lines carry one tax entry of 0 with the reason `not_collecting` is assumed.
"""

from decimal import Decimal
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import totals
from stripe_sandbox.engine.coupons import number
from stripe_sandbox.errors import ApiError, invalid, invalid_parameter
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, render

PLAIN = ("country", "description", "jurisdiction", "state", "tax_type")


def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A tax rate with its event. Raises ApiError for a percentage outside 0 to 100."""
    percentage = params["percentage"]
    if not 0 <= Decimal(percentage) <= 100:
        raise invalid_parameter("Invalid percentage: must be between 0 and 100.", param="percentage")
    rate = blank(
        "tax_rate",
        id=ids.new_id("tax_rate"),
        active=params.get("active", True),
        created=unit.now,
        display_name=params["display_name"],
        inclusive=params["inclusive"],
        percentage=number(percentage),
        metadata={key: value for key, value in (params.get("metadata") or {}).items() if value != ""},
        **{key: params.get(key) for key in PLAIN},
    )
    unit.add(rate)
    unit.emit("tax_rate.created", rate)
    return rate


def resolve(unit: Unit, names: list[str] | None, *, param: str) -> list[StripeObject]:
    """The rates with these ids, as objects show them. Raises ApiError for an unknown or an inactive one."""
    found = []
    for index, name in enumerate(names or []):
        rate = unit.get("tax_rate", name, param=f"{param}[{index}]", status=400)
        if not rate["active"]:
            raise invalid(f"The tax rate `{name}` is inactive.", param=f"{param}[{index}]")
        found.append(render(rate))
    return found


def check_combination(rates: list[StripeObject], *, is_automatic: bool, param: str) -> None:
    """Raises ApiError for tax rates beside automatic tax."""
    if rates and is_automatic:
        raise ApiError("You cannot use tax rates together with automatic tax.", param=param)


def automatic(customer: StripeObject) -> dict[str, Any]:
    """What an invoice says of automatic tax: without a place nothing can be found out."""
    has_place = bool(customer["address"] and customer["address"].get("country"))
    return {
        "disabled_reason": None,
        "enabled": True,
        "liability": {"type": "self"},
        "provider": "stripe",
        "status": "complete" if has_place else "requires_location_inputs",
    }


def entry(share: totals.Tax, *, reason: str = "not_available") -> dict[str, Any]:
    """The tax entry of a line for the share of one rate."""
    return {
        "amount": share.amount_minor,
        "tax_behavior": "inclusive" if share.rate.is_inclusive else "exclusive",
        "tax_rate_details": {"tax_rate": share.rate.rate_id},
        "taxability_reason": reason,
        "taxable_amount": share.taxable_minor,
        "type": "tax_rate_details",
    }


def not_collecting() -> dict[str, Any]:
    """The tax entry of a line under automatic tax when the account has no registration."""
    return {
        "amount": 0,
        "tax_behavior": "exclusive",
        "tax_rate_details": None,
        "taxability_reason": "not_collecting",
        "taxable_amount": 0,
        "type": "tax_rate_details",
    }
