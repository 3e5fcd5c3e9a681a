"""Decides which tiers a price may have, from Stripe's parameters; what they come to is `price_amounts`."""

from typing import Any

from stripe_sandbox.engine import price_numbers
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter


def read_tiers(params: dict[str, Any]) -> list[dict[str, Any]]:
    """The tiers as a price shows them. Raises ApiError unless they rise and the last one is open."""
    if not params.get("tiers"):
        raise missing_parameter("tiers")
    if not params.get("tiers_mode"):
        raise missing_parameter("tiers_mode")
    for name in ("unit_amount", "unit_amount_decimal", "transform_quantity"):
        if params.get(name) is not None:
            raise ApiError(f"You cannot use `{name}` with `billing_scheme=tiered`.", param=name)
    return _tiers(params["tiers"], path="tiers")


def read_option_tiers(given: dict[str, Any], *, path: str, like: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tiers in a further currency. Raises ApiError unless they end where the price's own tiers do (assumed)."""
    for name in ("unit_amount", "unit_amount_decimal"):
        if given.get(name) is not None:
            raise ApiError(f"You cannot use `{name}` with `billing_scheme=tiered`.", param=f"{path}[{name}]")
    if not given.get("tiers"):
        raise missing_parameter(f"{path}[tiers]")
    tiers = _tiers(given["tiers"], path=f"{path}[tiers]")
    if [tier["up_to"] for tier in tiers] != [tier["up_to"] for tier in like]:
        raise invalid_parameter("The tiers of all currencies must end at the same `up_to`.", param=f"{path}[tiers]")
    return tiers


def _tiers(given: list[dict[str, Any]], *, path: str) -> list[dict[str, Any]]:
    tiers = [_tier(each, path=f"{path}[{index}]") for index, each in enumerate(given)]
    *bounded, last = [tier["up_to"] for tier in tiers]
    if last is not None:
        raise invalid_parameter(
            "The last tier must have `up_to` set to `inf`.", param=f"{path}[{len(tiers) - 1}][up_to]"
        )
    for index, bound in enumerate(bounded):
        if bound is None or bound <= max([0, *bounded[:index]]):
            raise invalid_parameter(
                "Each tier must reach further than the one before.", param=f"{path}[{index}][up_to]"
            )
    return tiers


def _tier(given: dict[str, Any], *, path: str) -> dict[str, Any]:
    flat = price_numbers.read(given, "flat_amount", path=path)
    each = price_numbers.read(given, "unit_amount", path=path)
    if flat is None and each is None:
        raise missing_parameter(f"{path}[unit_amount]")
    return {
        **price_numbers.shown(flat, "flat_amount"),
        **price_numbers.shown(each, "unit_amount"),
        "up_to": None if given["up_to"] == "inf" else given["up_to"],
    }


def read_packages(params: dict[str, Any]) -> dict[str, Any] | None:
    """The `transform_quantity` of a price, or None. Raises ApiError for packages of nothing."""
    given = params.get("transform_quantity")
    if not given:
        return None
    if given["divide_by"] < 1:
        raise invalid_parameter(
            "This value must be greater than or equal to 1.",
            param="transform_quantity[divide_by]",
            code="parameter_invalid_integer",
        )
    return {"divide_by": given["divide_by"], "round": given["round"]}
