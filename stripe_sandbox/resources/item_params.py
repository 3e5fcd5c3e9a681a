"""Decides what the parameters that name subscription items mean, and which of them are refused."""

from typing import Any

from stripe_sandbox.engine import discounts, prices, tax
from stripe_sandbox.engine.items import ItemChange
from stripe_sandbox.errors import invalid, invalid_parameter, missing_parameter, no_such
from stripe_sandbox.resources.price_terms import item_discounts
from stripe_sandbox.resources.updates import merge_metadata, refuse
from stripe_sandbox.store.unit import StripeObject, Unit

NOT_BUILT = ("price_data", "billing_thresholds", "current_trial", "trial")
# What an item is given beside its price; a change that waits for its payment cannot bring it.
TERMS = ("discounts", "tax_rates")


def recurring_price(unit: Unit, name: str, *, param: str) -> StripeObject:
    """An active recurring price. Raises ApiError 400 for an unknown, a one-off or an inactive one."""
    price = unit.get("price", name, param=param, status=400)
    if price["recurring"] is None:
        raise invalid_parameter(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param=param,
        )
    if not price["active"]:
        raise invalid_parameter(
            f"The price specified is inactive. This field only accepts active prices. ({name})", param=param
        )
    return price


def check_quantity(price: StripeObject, quantity: int | None, *, prefix: str | None) -> None:
    """Raises ApiError for one below zero, or of a price that bills usage: in words that public programs cite."""
    if quantity is None:
        return
    param = f"{prefix}[quantity]" if prefix else "quantity"
    if quantity < 0:
        raise invalid_parameter(
            "This value must be greater than or equal to 0.", param=param, code="parameter_invalid_integer"
        )
    if prices.is_metered(price):
        raise invalid("You cannot set the quantity for metered plans.", param=param)


def item_changes(unit: Unit, subscription: StripeObject, given: list[dict[str, Any]] | None) -> list[ItemChange]:
    """The entries of `items` of an update; an entry without an id asks for a further item."""
    return [
        item_change(unit, subscription, entry, prefix=f"items[{index}]") for index, entry in enumerate(given or [])
    ]


def item_change(unit: Unit, subscription: StripeObject, entry: dict[str, Any], *, prefix: str | None) -> ItemChange:
    """One entry; `prefix` is where it stands in the form, None for the parameters of the item's own endpoint."""
    refuse(entry, *NOT_BUILT)
    if entry.get("id") is not None:
        refuse(entry, *TERMS)
    name = entry.get("price") or entry.get("plan")
    param = f"{prefix}[price]" if prefix else "price"
    price = recurring_price(unit, name, param=param) if name else None
    if entry.get("id") is None and price is None:
        raise missing_parameter(param)
    quantity = entry.get("quantity")
    known = {item["id"]: item["metadata"] for item in subscription["items"]["data"]}
    present = next((item["price"] for item in subscription["items"]["data"] if item["id"] == entry.get("id")), None)
    if (price or present) is not None:
        check_quantity(price or present or {}, quantity, prefix=prefix)
    if entry.get("id") is not None and entry["id"] not in known:
        raise no_such("subscription_item", entry["id"], param=f"{prefix}[id]" if prefix else "id", status=400)
    metadata = None
    if "metadata" in entry:
        metadata = merge_metadata(known.get(entry.get("id") or "", {}), entry["metadata"])
    return ItemChange(
        item_id=entry.get("id"),
        price=price,
        quantity=quantity,
        is_deleted=bool(entry.get("deleted")),
        metadata=metadata,
        **_terms(unit, subscription, entry, prefix=prefix),
    )


def _terms(
    unit: Unit, subscription: StripeObject, entry: dict[str, Any], *, prefix: str | None
) -> dict[str, list[Any]]:
    """The discounts and tax rates of a further item."""
    customer_id, currency = subscription["customer"], subscription["currency"]
    redeemed = item_discounts(unit, entry, prefix=prefix, customer_id=customer_id, currency=currency)
    param = f"{prefix}[discounts]" if prefix else "discounts"
    discounts.check_kept(redeemed, allowed=subscription["discounts"], param=param)
    rates = tax.resolve(unit, entry.get("tax_rates"), param=f"{prefix}[tax_rates]" if prefix else "tax_rates")
    return {"redeemed": redeemed, "tax_rates": rates}
