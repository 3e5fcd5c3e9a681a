"""Decides which tiers a price may have, from Stripe's parameters; what they come to is `price_amounts`."""

from typing import Any

from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter, not_built


def read_tiers(params: dict[str, Any]) -> list[dict[str, Any]]:
    """The tiers as a price shows them. Raises ApiError unless they rise and the last one is open."""
    if not params.get("tiers"):
        raise missing_parameter("tiers")
    if not params.get("tiers_mode"):
        raise missing_parameter("tiers_mode")
    for name in ("unit_amount", "unit_amount_decimal", "transform_quantity"):
        if params.get(name) is not None:
            raise ApiError(f"You cannot use `{name}` with `billing_scheme=tiered`.", param=name)
    if params.get("currency_options"):
        raise not_built("currency_options")
    tiers = [_tier(given, path=f"tiers[{index}]") for index, given in enumerate(params["tiers"])]
    *bounded, last = [tier["up_to"] for tier in tiers]
    if last is not None:
        raise invalid_parameter(
            "The last tier must have `up_to` set to `inf`.", param=f"tiers[{len(tiers) - 1}][up_to]"
        )
    for index, bound in enumerate(bounded):
        if bound is None or bound <= max([0, *bounded[:index]]):
            raise invalid_parameter(
                "Each tier must reach further than the one before.", param=f"tiers[{index}][up_to]"
            )
    return tiers


def _tier(given: dict[str, Any], *, path: str) -> dict[str, Any]:
    for name in ("flat_amount_decimal", "unit_amount_decimal"):
        if given.get(name) is not None:
            raise not_built(f"{path}[{name}]")
    flat, each = given.get("flat_amount"), given.get("unit_amount")
    if flat is None and each is None:
        raise missing_parameter(f"{path}[unit_amount]")
    return {
        "flat_amount": flat,
        "flat_amount_decimal": None if flat is None else str(flat),
        "unit_amount": each,
        "unit_amount_decimal": None if each is None else str(each),
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
