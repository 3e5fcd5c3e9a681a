"""Decides what a price comes to in a currency and how it reads as a legacy plan."""

from decimal import Decimal
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import intervals, price_numbers
from stripe_sandbox.engine.tiers import read_option_tiers, read_packages, read_tiers
from stripe_sandbox.errors import invalid, invalid_parameter, missing_parameter, not_built
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, render


def unit_amount(price: StripeObject, *, currency: str) -> Decimal:
    """The amount of one unit in this currency, in minor units and parts of them; 0 for a tiered price.

    Raises ApiError when the price has no amount in the currency.
    """
    return price_numbers.kept(_in_currency(price, currency), "unit_amount") or Decimal(0)


def tiers_in(price: StripeObject, *, currency: str) -> list[dict[str, Any]]:
    """The tiers of a price in this currency. Raises ApiError when it has none in it."""
    table = _in_currency(price, currency)
    return list(price["_tiers"] if table is price else table["tiers"])


def _in_currency(price: StripeObject, currency: str) -> dict[str, Any]:
    if price["currency"] == currency:
        return price
    option: dict[str, Any] | None = price.get("_currency_options", {}).get(currency)
    if option is None:
        raise invalid(
            f"The price `{price['id']}` does not support the currency `{currency}`; it has `{price['currency']}`.",
            param="currency",
        )
    return option


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
            meter=recurring["meter"],
            tiers_mode=price["tiers_mode"],
            trial_period_days=recurring["trial_period_days"],
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


def describe(unit: Unit, price: StripeObject, *, quantity: int | Decimal, currency: str) -> str:
    """The text of an invoice line: `1 user × Test Subscription (at $25.00 / month)`."""
    product = unit.get("product", price["product"])
    count = price_numbers.plain(Decimal(quantity))
    label = f" {product['unit_label']}" if product["unit_label"] else ""
    if price["recurring"] is None:
        return str(product["name"])
    if price["billing_scheme"] == "tiered":
        return f"{count}{label} × {product['name']}"
    amount = price_numbers.as_text(unit_amount(price, currency=currency), currency=currency)
    many, interval = price["recurring"]["interval_count"], price["recurring"]["interval"]
    every = interval if many == 1 else f"every {many} {interval}s"
    return f"{count}{label} × {product['name']} (at {amount} / {every})"


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
    """A price from Stripe's parameters, with its event. Sums that the payer sets are refused."""
    price = make_price(unit, params)
    unit.emit("price.created", price)
    return price


def make_price(unit: Unit, params: dict[str, Any], *, path: str | None = None) -> StripeObject:
    """A stored price without its event; `path` is where its parameters stand in the form."""
    if params.get("custom_unit_amount"):
        raise not_built("custom_unit_amount")
    is_tiered = params.get("billing_scheme") == "tiered"
    if params.get("tiers") and not is_tiered:
        raise invalid_parameter("`tiers` needs `billing_scheme=tiered`.", param="tiers")
    product = unit.get("product", params["product"], param=f"{path}[product]" if path else "product", status=400)
    tiers = read_tiers(params) if is_tiered else None
    price = blank(
        "price",
        id=own_id(unit, "price", params.get("id")),
        currency=params["currency"].lower(),
        product=product["id"],
        **price_numbers.shown(None if is_tiered else _amount(params, path=path), "unit_amount"),
        billing_scheme="tiered" if is_tiered else "per_unit",
        tiers_mode=params["tiers_mode"] if is_tiered else None,
        transform_quantity=read_packages(params),
        nickname=params.get("nickname"),
        tax_behavior=params.get("tax_behavior") or "unspecified",
        active=params.get("active", True),
        metadata={key: value for key, value in (params.get("metadata") or {}).items() if value != ""},
        recurring=_recurring(unit, params.get("recurring")),
        type="recurring" if params.get("recurring") else "one_time",
    )
    if tiers is not None:
        price["_tiers"] = tiers
    if params.get("lookup_key"):
        claim_key(unit, params["lookup_key"], owner=None, may_move=bool(params.get("transfer_lookup_key")))
        price["lookup_key"] = params["lookup_key"]
    set_currency_options(price, params.get("currency_options") or {})
    return unit.add(price)


def set_currency_options(price: StripeObject, given: dict[str, Any]) -> None:
    """Give a price amounts in further currencies; its own currency is not one of them (assumed)."""
    options = {currency.lower(): option for currency, option in given.items()}
    if price["currency"] in options:
        raise invalid_parameter(
            "The price's own currency cannot be one of its `currency_options`.",
            param=f"currency_options[{price['currency']}]",
        )
    read = {currency: _option(price, option, currency=currency) for currency, option in options.items()}
    if read:
        price["_currency_options"] = {**price.get("_currency_options", {}), **read}


def _option(price: StripeObject, given: dict[str, Any], *, currency: str) -> dict[str, Any]:
    path = f"currency_options[{currency}]"
    if given.get("custom_unit_amount"):
        raise not_built(f"{path}[custom_unit_amount]")
    if price["billing_scheme"] != "tiered":
        if given.get("tiers"):
            raise invalid_parameter("`tiers` needs `billing_scheme=tiered`.", param=f"{path}[tiers]")
        amount = price_numbers.shown(_amount(given, path=path), "unit_amount")
        return {**amount, "tax_behavior": given.get("tax_behavior")}
    tiers = read_option_tiers(given, path=path, like=price["_tiers"])
    return {**price_numbers.shown(None, "unit_amount"), "tax_behavior": given.get("tax_behavior"), "tiers": tiers}


def _amount(params: dict[str, Any], *, path: str | None) -> Decimal:
    amount = price_numbers.read(params, "unit_amount", path=path)
    if amount is None:
        raise missing_parameter(f"{path}[unit_amount]" if path else "unit_amount")
    return amount


def _recurring(unit: Unit, given: dict[str, Any] | None) -> dict[str, Any] | None:
    if not given:
        return None
    return {
        "interval": given["interval"],
        "interval_count": intervals.count_of(given),
        "meter": _meter(unit, given),
        "trial_period_days": given.get("trial_period_days"),
        "usage_type": given.get("usage_type") or "licensed",
    }


def _meter(unit: Unit, given: dict[str, Any]) -> str | None:
    """Documented: a metered price needs a meter that is active. The words of the refusals are assumed."""
    name = given.get("meter")
    if given.get("usage_type") != "metered":
        if name:
            raise invalid_parameter("`meter` needs `usage_type=metered`.", param="recurring[meter]")
        return None
    if not name:
        raise missing_parameter("recurring[meter]")
    meter = unit.get("billing.meter", name, param="recurring[meter]", status=400)
    if meter["status"] != "active":
        raise invalid(f"The meter `{name}` is inactive and cannot be attached to a price.", param="recurring[meter]")
    return str(name)


def is_metered(price: StripeObject) -> bool:
    """Whether usage is billed, at the end of a period, and not a quantity at its beginning."""
    return bool(price["recurring"] and price["recurring"]["usage_type"] == "metered")
