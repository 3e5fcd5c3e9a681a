"""Decides what the parameters that name subscription items mean, and which of them are refused."""

from typing import Any

from stripe_sandbox.engine import discounts, prices, tax, unlisted_prices
from stripe_sandbox.engine.added_items import Added
from stripe_sandbox.engine.items import ItemChange
from stripe_sandbox.errors import invalid, invalid_parameter, missing_parameter, no_such
from stripe_sandbox.resources.item_prices import one_off_price
from stripe_sandbox.resources.price_terms import item_discounts
from stripe_sandbox.resources.updates import merge_metadata, refuse
from stripe_sandbox.store.unit import StripeObject, Unit

NOT_BUILT = ("billing_thresholds", "current_trial", "trial")
MOST_ADDED = 20
PRESENT_PERIOD = {"end": {"type": "min_item_period_end"}, "start": {"type": "max_item_period_start"}}
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


def wanted_price(unit: Unit, entry: dict[str, Any], *, prefix: str | None) -> StripeObject | None:
    """The recurring price that an entry names as `price` or `plan`, or describes as `price_data`; None for none.

    Raises ApiError for several at once. `prefix` is where the entry stands in the form.
    """
    _check_single(entry, "price", "plan", "price_data", prefix=prefix)
    if entry.get("price_data"):
        return unlisted_prices.from_data(unit, entry["price_data"], path=_in(prefix, "price_data"))
    name = entry.get("price") or entry.get("plan")
    return recurring_price(unit, name, param=_in(prefix, "price")) if name else None


def read_added(unit: Unit, given: list[dict[str, Any]] | None, *, path: str) -> list[Added]:
    """The entries of `add_invoice_items`, as a phase keeps them; a price given in place is made."""
    if len(given or []) > MOST_ADDED:
        raise invalid_parameter(f"You may add at most {MOST_ADDED} invoice items.", param=path)
    return [_added(unit, entry, prefix=f"{path}[{index}]") for index, entry in enumerate(given or [])]


def _added(unit: Unit, entry: dict[str, Any], *, prefix: str) -> Added:
    _check_single(entry, "price", "price_data", prefix=prefix)
    if entry.get("price_data"):
        price = unlisted_prices.from_data(unit, entry["price_data"], path=_in(prefix, "price_data"))
    elif entry.get("price"):
        price = one_off_price(unit, entry["price"], param=_in(prefix, "price"))
    else:
        raise missing_parameter(_in(prefix, "price"))
    empty = {"coupon": None, "discount": None, "promotion_code": None}
    return {
        "discountable": entry.get("discountable"),
        "discounts": [{**empty, **each} for each in entry.get("discounts") or []],
        "metadata": merge_metadata({}, entry.get("metadata") or {}),
        "period": entry.get("period") or dict(PRESENT_PERIOD),
        "price": price["id"],
        "quantity": entry.get("quantity"),
        "tax_rates": tax.resolve(unit, entry.get("tax_rates"), param=_in(prefix, "tax_rates")),
    }


def _check_single(entry: dict[str, Any], *names: str, prefix: str | None) -> None:
    given = [name for name in names if entry.get(name)]
    if len(given) > 1:
        raise invalid_parameter(
            f"You may only specify one of these parameters: {', '.join(given)}.", param=_in(prefix, given[1])
        )


def _in(prefix: str | None, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name


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
    price = wanted_price(unit, entry, prefix=prefix)
    if entry.get("id") is None and price is None:
        raise missing_parameter(_in(prefix, "price"))
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
