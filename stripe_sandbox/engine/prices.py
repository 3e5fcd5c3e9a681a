"""Decides what a price comes to in a currency and how it reads as a legacy plan."""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine.amounts import format_amount
from stripe_sandbox.engine.tiers import read_packages, read_tiers
from stripe_sandbox.errors import invalid, invalid_parameter, missing_parameter, not_built
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, render


def unit_amount_minor(price: StripeObject, *, currency: str) -> int:
    """The amount of one unit in this currency. Raises ApiError when the price has none in it."""
    if price["currency"] == currency:
        return int(price["unit_amount"])
    option = price.get("_currency_options", {}).get(currency)
    if option is None:
        raise invalid(
            f"The price `{price['id']}` does not support the currency `{currency}`; it has `{price['currency']}`.",
            param="currency",
        )
    return int(option["unit_amount"])


def as_plan(price: StripeObject) -> dict[str, Any]:
    """The legacy plan that Stripe still shows beside a recurring price."""
    recurring = price["recurring"]
    return render(
        blank(
            "plan",
            id=price["id"],
            active=price["active"],
            amount=price["unit_amount"],
            amount_decimal=price["unit_amount_decimal"],
            billing_scheme=price["billing_scheme"],
            tiers_mode=price["tiers_mode"],
            transform_usage=price["transform_quantity"],
            created=price["created"],
            currency=price["currency"],
            interval=recurring["interval"],
            interval_count=recurring["interval_count"],
            metadata=price["metadata"],
            nickname=price["nickname"],
            product=price["product"],
            usage_type=recurring["usage_type"],
        )
    )


def describe(unit: Unit, price: StripeObject, *, quantity: int, currency: str) -> str:
    """The text of an invoice line: `1 user × Test Subscription (at $25.00 / month)`."""
    product = unit.get("product", price["product"])
    label = f" {product['unit_label']}" if product["unit_label"] else ""
    if price["recurring"] is None:
        return str(product["name"])
    if price["billing_scheme"] == "tiered":
        return f"{quantity}{label} × {product['name']}"
    amount = format_amount(unit_amount_minor(price, currency=currency), currency=currency)
    count = price["recurring"]["interval_count"]
    interval = price["recurring"]["interval"]
    every = interval if count == 1 else f"every {count} {interval}s"
    return f"{quantity}{label} × {product['name']} (at {amount} / {every})"


def own_id(unit: Unit, kind: str, wanted: str | None) -> str:
    """The id that the caller chose, or a fresh one. Raises ApiError when the chosen one is taken."""
    if wanted is None:
        return ids.new_id(kind)
    if unit.find(kind, wanted) is not None:
        raise invalid(f"{kind.capitalize()} already exists.", param="id", code="resource_already_exists")
    return wanted


def claim_key(unit: Unit, key: str, *, owner: str | None, may_move: bool) -> None:
    """Free a lookup key for this price. Raises ApiError when another price has it and it may not move."""
    for other in unit.select("price", where="json_extract(data, '$.lookup_key') = ?", values=[key]):
        if other["id"] == owner:
            continue
        if not may_move:
            raise invalid(
                f"A price (`{other['id']}`) already uses that lookup key.",
                param="lookup_key",
                code="resource_already_exists",
            )
        other["lookup_key"] = None
        unit.emit("price.updated", other)


def create_price(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A price from Stripe's parameters, with its event. Meters and sums that the payer sets are refused."""
    if params.get("custom_unit_amount"):
        raise not_built("custom_unit_amount")
    is_tiered = params.get("billing_scheme") == "tiered"
    if params.get("tiers") and not is_tiered:
        raise invalid_parameter("`tiers` needs `billing_scheme=tiered`.", param="tiers")
    product = unit.get("product", params["product"], param="product", status=400)
    amount = None if is_tiered else _amount_minor(params)
    price = blank(
        "price",
        id=own_id(unit, "price", params.get("id")),
        currency=params["currency"].lower(),
        product=product["id"],
        unit_amount=amount,
        unit_amount_decimal=None if amount is None else str(amount),
        billing_scheme="tiered" if is_tiered else "per_unit",
        transform_quantity=read_packages(params),
        nickname=params.get("nickname"),
        tax_behavior=params.get("tax_behavior") or "unspecified",
        active=params.get("active", True),
        metadata={key: value for key, value in (params.get("metadata") or {}).items() if value != ""},
        recurring=_recurring(params.get("recurring")),
        type="recurring" if params.get("recurring") else "one_time",
    )
    if is_tiered:
        price.update(_tiers=read_tiers(params), tiers_mode=params["tiers_mode"])
    if params.get("lookup_key"):
        claim_key(unit, params["lookup_key"], owner=None, may_move=bool(params.get("transfer_lookup_key")))
        price["lookup_key"] = params["lookup_key"]
    if params.get("currency_options"):
        price["_currency_options"] = {
            currency.lower(): {"unit_amount": _amount_minor(option), "tax_behavior": option.get("tax_behavior")}
            for currency, option in params["currency_options"].items()
        }
    unit.add(price)
    unit.emit("price.created", price)
    return price


def _amount_minor(params: dict[str, Any]) -> int:
    amount = params.get("unit_amount")
    if amount is None and params.get("unit_amount_decimal") is not None:
        whole, _, part = params["unit_amount_decimal"].partition(".")
        if part.strip("0"):
            raise not_built("unit_amount_decimal")
        amount = int(whole)
    if amount is None:
        raise missing_parameter("unit_amount")
    amount = int(amount)
    if amount < 0:
        raise invalid_parameter(
            "This value must be greater than or equal to 0.",
            param="unit_amount",
            code="parameter_invalid_integer",
        )
    return amount


def _recurring(given: dict[str, Any] | None) -> dict[str, Any] | None:
    if not given:
        return None
    if given.get("usage_type") == "metered" or given.get("meter"):
        raise not_built("recurring[usage_type]=metered")
    return {
        "interval": given["interval"],
        "interval_count": given.get("interval_count") or 1,
        "meter": None,
        "trial_period_days": given.get("trial_period_days"),
        "usage_type": "licensed",
    }
