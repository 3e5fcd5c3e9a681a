"""Decides what a subscription's items are after a change, and which proration entries the change calls for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import (
    discounts,
    invoice_items,
    metered,
    periods,
    price_amounts,
    prices,
    proration,
    proration_discounts,
)
from stripe_sandbox.engine.discounts import Wanted
from stripe_sandbox.errors import ApiError, invalid, no_such
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, render

Item = dict[str, Any]


@dataclass(frozen=True)
class ItemChange:
    """What is asked of one item; without an id a new item is wanted. None leaves a value as it is."""

    item_id: str | None = None
    price: StripeObject | None = None
    quantity: int | None = None
    is_deleted: bool = False
    metadata: dict[str, str] | None = None
    # Of a new item only; one that exists gets them at once.
    redeemed: Sequence[Wanted] = ()
    tax_rates: Sequence[StripeObject] = ()


def changed(
    unit: Unit, subscription: StripeObject, changes: list[ItemChange], *, at: int, keeps_periods: bool
) -> list[Item]:
    """The items as they will be: copies; the subscription stays as it is.

    A price with another interval moves the item to the period of the subscription's anchor that contains `at`,
    unless `keeps_periods` (nothing is prorated: what is paid for runs out first; assumed).
    Raises ApiError: an unknown item, the same price twice, or no item left.
    """
    items = {item["id"]: dict(item) for item in subscription["items"]["data"]}
    for change in changes:
        if change.item_id is None:
            item = new_item(unit, subscription, change, at=at)
            items[item["id"]] = item
        elif change.item_id not in items:
            raise no_such("subscription_item", change.item_id, param="items", status=400)
        elif change.is_deleted:
            del items[change.item_id]
        else:
            _apply(subscription, items[change.item_id], change, at=at, keeps_periods=keeps_periods)
    left = list(items.values())
    _check(left)
    return left


def _check(items: list[Item]) -> None:
    if not items:
        raise invalid("A subscription must have at least one active plan. Cancel the subscription instead.")
    names = [item["price"]["id"] for item in items]
    if len(set(names)) < len(names):
        raise ApiError(
            "Cannot add multiple subscription items with the same plan: "
            f"{next(name for name in names if names.count(name) > 1)}",
            param="items",
            is_executed=True,
        )


def new_item(unit: Unit, subscription: StripeObject, change: ItemChange, *, at: int) -> Item:
    """A further item of a running subscription, in the period of the anchor that contains `at`."""
    if change.price is None:
        raise ValueError("a new item needs a price")
    start, end = period_at(subscription, change.price, at=at)
    item_id = ids.new_id("subscription_item")
    owner = {"customer": subscription["customer"], "subscription": subscription["id"]}
    return blank(
        "subscription_item",
        id=item_id,
        created=unit.now,
        current_period_start=max(start, subscription["start_date"]),
        current_period_end=end,
        discounts=discounts.grant_all(unit, list(change.redeemed), **owner, subscription_item=item_id),
        plan=prices.as_plan(change.price),
        price=render(change.price),
        quantity=metered.counted(change.price, change.quantity),
        metadata=change.metadata or {},
        subscription=subscription["id"],
        tax_rates=list(change.tax_rates),
    )


def _apply(subscription: StripeObject, item: Item, change: ItemChange, *, at: int, keeps_periods: bool) -> None:
    if change.quantity is not None:
        item["quantity"] = change.quantity
    if change.metadata is not None:
        item["metadata"] = change.metadata
    if change.price is None or change.price["id"] == item["price"]["id"]:
        return
    has_other_rhythm = _rhythm(change.price) != _rhythm(item["price"])
    item.update(price=render(change.price), plan=prices.as_plan(change.price))
    item["quantity"] = metered.counted(change.price, item["quantity"])
    if has_other_rhythm and not keeps_periods and subscription["status"] != "trialing":
        start, end = period_at(subscription, change.price, at=at)
        item.update(current_period_start=start, current_period_end=end)


def _rhythm(price: StripeObject) -> tuple[str, int]:
    return price["recurring"]["interval"], price["recurring"]["interval_count"]


def period_at(subscription: StripeObject, price: StripeObject, *, at: int) -> tuple[int, int]:
    """The period of this price, counted from the subscription's anchor, that contains the moment."""
    if subscription["status"] == "trialing":
        return subscription["trial_start"], subscription["trial_end"]
    anchor = subscription["billing_cycle_anchor"]
    interval, count = _rhythm(price)
    steps = 0
    start = min(anchor, at)
    while (end := periods.boundary(anchor, interval=interval, interval_count=count, steps=steps)) <= at:
        start, steps = end, steps + 1
    return start, end


def prorate(
    unit: Unit, subscription: StripeObject, after: list[Item], *, at: int, is_restart: bool = False
) -> list[invoice_items.Entry]:
    """Credits for what is given up and charges for what replaces it, from `at` on; unchanged items give none.

    A metered item that goes is charged for what was used, and one that comes costs nothing yet.
    `is_restart`: all periods begin anew and are billed in full, so every item is credited and none charged.
    """
    if subscription["status"] in {"trialing", "paused"}:
        return []
    wanted = {item["id"]: item for item in after}
    entries = []
    known = set()
    for item in subscription["items"]["data"]:
        known.add(item["id"])
        new = wanted.get(item["id"])
        if not is_restart and new is not None and _bills_alike(item, new):
            continue
        entries += _given_up(unit, subscription, item, at=at, is_restart=is_restart)
        if new is not None and not is_restart:
            entries += charge_rest(unit, subscription, [new], at=at)
    fresh = [] if is_restart else [item for item in after if item["id"] not in known]
    return entries + charge_rest(unit, subscription, fresh, at=at)


def _given_up(
    unit: Unit, subscription: StripeObject, item: Item, *, at: int, is_restart: bool
) -> list[invoice_items.Entry]:
    if not metered.is_metered(item):
        return [_entry(unit, subscription, item, at=at, is_credit=True)]
    entry = metered.entry_for_end(unit, subscription, item, is_restart=is_restart)
    return [] if entry is None else [entry]


def charge_rest(unit: Unit, subscription: StripeObject, present: list[Item], *, at: int) -> list[invoice_items.Entry]:
    """Charges for what is left of the period of each item that is paid for in advance, from `at` on."""
    return [
        _entry(unit, subscription, item, at=at, is_credit=False) for item in present if not metered.is_metered(item)
    ]


def _bills_alike(one: Item, other: Item) -> bool:
    keys = ("quantity", "current_period_start", "current_period_end")
    return one["price"]["id"] == other["price"]["id"] and all(one[key] == other[key] for key in keys)


def _entry(unit: Unit, subscription: StripeObject, item: Item, *, at: int, is_credit: bool) -> invoice_items.Entry:
    price = unit.get("price", item["price"]["id"])
    start, end = item["current_period_start"], item["current_period_end"]
    credited = _last_billed(unit, subscription, item, at=at) if is_credit else None
    whole = _net_minor(unit, subscription, item, credited=credited, is_credit=is_credit)
    part = proration.share_minor(whole, remaining_seconds=max(end - max(at, start), 0), whole_seconds=end - start)
    product = unit.get("product", price["product"])
    return invoice_items.Entry(
        customer_id=subscription["customer"],
        amount_minor=-part if is_credit else part,
        currency=subscription["currency"],
        description=proration.describe(product["name"], quantity=item["quantity"], at=at, is_credit=is_credit),
        price=price,
        period=(at, end),
        quantity=item["quantity"],
        subscription_id=subscription["id"],
        item_id=item["id"],
        is_proration=True,
        is_discountable=False,
        credited_items=credited,
        tax_rates=item["tax_rates"],
    )


def _net_minor(
    unit: Unit, subscription: StripeObject, item: Item, *, credited: dict[str, Any] | None, is_credit: bool
) -> int:
    """What a whole period of an item comes to after discounts."""
    whole = period_amount_minor(unit, subscription, item)
    others = [
        (other["price"]["product"], period_amount_minor(unit, subscription, other))
        for other in subscription["items"]["data"]
        if other["id"] != item["id"]
    ]
    if is_credit:
        return proration_discounts.credit_minor(
            unit, subscription, item, whole_minor=whole, credited=credited, others_minor=others
        )
    return proration_discounts.charge_minor(unit, subscription, item, whole_minor=whole, others_minor=others)


def period_amount_minor(unit: Unit, subscription: StripeObject, item: Item) -> int:
    """What one whole period of an item costs, before discounts and tax; nothing where usage is billed."""
    if metered.is_metered(item):
        return 0
    price = unit.get("price", item["price"]["id"])
    return price_amounts.amount_minor(price, quantity=int(item["quantity"]), currency=subscription["currency"])


def _last_billed(unit: Unit, subscription: StripeObject, item: Item, *, at: int) -> dict[str, Any] | None:
    """The newest invoice that charged this item at this price for a time that contains `at`."""
    where = "customer = ? AND json_extract(data, '$.parent.subscription_details.subscription') = ?"
    for invoice in unit.select("invoice", where=where, values=(subscription["customer"], subscription["id"])):
        lines = [line["id"] for line in invoice["lines"]["data"] if _charges(line, item, at=at)]
        if lines:
            return {"invoice": invoice["id"], "invoice_line_items": lines}
    return None


def _charges(line: dict[str, Any], item: Item, *, at: int) -> bool:
    details = line["parent"]["subscription_item_details"]
    return (
        details is not None
        and details["subscription_item"] == item["id"]
        and line["pricing"]["price_details"]["price"] == item["price"]["id"]
        and line["amount"] >= 0
        and line["period"]["start"] <= at < line["period"]["end"]
    )


def install(subscription: StripeObject, items: list[Item]) -> None:
    """Make these the subscription's items; the legacy plan and quantity follow."""
    subscription["items"].update(data=items, total_count=len(items))
    is_single = len(items) == 1
    subscription.update(
        plan=items[0]["plan"] if is_single else None, quantity=items[0]["quantity"] if is_single else None
    )
