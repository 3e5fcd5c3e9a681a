"""Decides what the line items of a checkout session may be: prices, made on the spot perhaps, and quantities."""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import checkout
from stripe_sandbox.engine.prices import is_metered, make_price
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter
from stripe_sandbox.resources.updates import merge_metadata
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

MOST_ADJUSTED = 99
MOST_ONE_OFF_LINES = 20


def read_lines(unit: Unit, params: dict[str, Any], mode: str | None) -> list[dict[str, Any]]:
    """The lines of a session. Raises ApiError for a price or quantity that the mode does not take."""
    given = params.get("line_items")
    if not given:
        raise missing_parameter("line_items")
    lines = [_line(unit, entry, path=f"line_items[{index}]", params=params) for index, entry in enumerate(given)]
    one_off = [line for line in lines if line["price"]["recurring"] is None]
    if mode == "subscription" and len(one_off) == len(lines):
        raise ApiError("You must provide at least one recurring price in `subscription` mode.")
    if mode == "subscription" and len(one_off) > MOST_ONE_OFF_LINES:
        raise ApiError(f"Subscription mode takes at most {MOST_ONE_OFF_LINES} one-time prices.", param="line_items")
    rhythms = {
        (line["price"]["recurring"]["interval"], line["price"]["recurring"]["interval_count"])
        for line in lines
        if line["price"]["recurring"] is not None
    }
    if len(rhythms) > 1:
        raise ApiError(
            "Checkout does not support multiple prices with different billing intervals.", param="line_items"
        )
    return lines


def _line(unit: Unit, entry: dict[str, Any], *, path: str, params: dict[str, Any]) -> dict[str, Any]:
    price = _price(unit, entry, path=path)
    if params.get("mode") == "payment" and price["recurring"] is not None:
        raise invalid_parameter(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode "
            "or use only one-time prices.",
            param=f"{path}[price]",
        )
    quantity = _quantity(entry, price, path=path)
    currency = params.get("currency") or price["currency"]
    line = checkout.line_item(unit, price, quantity=quantity, currency=currency)
    line["metadata"] = merge_metadata({}, entry.get("metadata") or {})
    line["adjustable_quantity"] = (
        None if quantity is None else _adjustable(entry.get("adjustable_quantity"), quantity=quantity, path=path)
    )
    return line


def _quantity(entry: dict[str, Any], price: StripeObject, *, path: str) -> int | None:
    quantity = entry.get("quantity")
    if is_metered(price):
        if quantity is not None:
            raise ApiError(
                f"Quantity should not be specified where usage_type is `metered`. Remove quantity from `{path}`",
                param=f"{path}[quantity]",
            )
        return None
    if quantity is None:
        raise ApiError(f"Quantity is required. Add `quantity` to `{path}`.", param=f"{path}[quantity]")
    if quantity < 1:
        raise invalid_parameter(
            "This value must be greater than or equal to 1.",
            param=f"{path}[quantity]",
            code="parameter_invalid_integer",
        )
    return int(quantity)


def _adjustable(given: dict[str, Any] | None, *, quantity: int, path: str) -> dict[str, Any] | None:
    """The bounds within which the customer may change a quantity; by default 0 to 99 (documented)."""
    if not given or not given["enabled"]:
        return None
    least = 0 if given.get("minimum") is None else given["minimum"]
    most = MOST_ADJUSTED if given.get("maximum") is None else given["maximum"]
    if not least <= quantity <= most:
        raise invalid_parameter(
            f"The quantity must lie between {least} and {most}.", param=f"{path}[adjustable_quantity]"
        )
    return {"enabled": True, "maximum": most, "minimum": least}


def _price(unit: Unit, entry: dict[str, Any], *, path: str) -> StripeObject:
    if entry.get("price") and entry.get("price_data"):
        raise ApiError(f"You may only specify one of these parameters: {path}[price], {path}[price_data].")
    if entry.get("price_data"):
        return _made_price(unit, dict(entry["price_data"]), path=f"{path}[price_data]")
    if not entry.get("price"):
        raise missing_parameter(f"{path}[price]")
    price = unit.get("price", entry["price"], param=f"{path}[price]", status=400)
    if not price["active"]:
        raise invalid_parameter(
            f"The price specified is inactive. This field only accepts active prices. ({price['id']})",
            param=f"{path}[price]",
        )
    return price


def _made_price(unit: Unit, data: dict[str, Any], *, path: str) -> StripeObject:
    """A price that is used once and so is inactive; its product too, where that is made here."""
    made = data.pop("product_data", None)
    if bool(made) == bool(data.get("product")):
        raise ApiError(f"You must specify either `product` or `product_data` in `{path}`.", param=path)
    if made:
        product = blank("product", id=ids.new_id("product"), active=False, name=made["name"], updated=unit.now)
        product.update(
            {key: made[key] for key in ("description", "images", "tax_code", "unit_label") if made.get(key)}
        )
        product["metadata"] = merge_metadata({}, made.get("metadata") or {})
        data["product"] = unit.add(product)["id"]
    return make_price(unit, {**data, "active": False}, path=path)
