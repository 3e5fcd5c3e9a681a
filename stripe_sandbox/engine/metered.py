"""Decides what a subscription bills for usage and when; the sums are `usage`, the money is `price_amounts`.

Documented, for Stripe's flexible billing mode: usage is billed when its period has ended, or with the last invoice;
beginning a metered item bills nothing; an item whose price goes bills what was reported until then, and the new price
what is reported afterwards; a draft takes later usage of its period until it is final. Assumed: usage during a trial
is free, and the entry for a price that goes is no proration.
"""

from decimal import Decimal
from typing import Any

from stripe_sandbox.engine import drafts, invoice_items, price_amounts, price_numbers, prices, usage
from stripe_sandbox.store.unit import StripeObject, Unit

Item = dict[str, Any]


def is_metered(item: Item) -> bool:
    """Whether this item bills usage."""
    return prices.is_metered(item["price"])


def counted(price: StripeObject, quantity: int | None) -> int | None:
    """The quantity that an item of this price has: none when it bills usage, else one by default."""
    if prices.is_metered(price):
        return None
    return 1 if quantity is None else quantity


def ended_lines(unit: Unit, subscription: StripeObject, items: list[Item]) -> list[dict[str, Any]]:
    """One line for the present period of each metered item, which has ended.

    Without usage the line is there too, unless the item got its price during the period.
    """
    marks = subscription.get("_usage_marks", {})
    found = [
        (item, line(unit, subscription, item, end=min(item["current_period_end"], unit.now)))
        for item in items
        if is_metered(item) and not _is_free(subscription, item)
    ]
    return [each for item, each in found if each["quantity_decimal"] != "0" or item["id"] not in marks]


def upcoming_lines(unit: Unit, subscription: StripeObject, items: list[Item]) -> list[dict[str, Any]]:
    """What `ended_lines` would be at the end of the period if nothing more were used."""
    return [
        line(unit, subscription, item, end=item["current_period_end"])
        for item in items
        if is_metered(item) and not _is_free(subscription, item)
    ]


def last_lines(unit: Unit, subscription: StripeObject) -> list[dict[str, Any]]:
    """A line for each metered item with usage that no invoice has, until and with this second."""
    found = []
    for item in subscription["items"]["data"]:
        if is_metered(item) and not _is_free(subscription, item):
            start, end = item["current_period_start"], unit.now
            used = _used(unit, subscription, item, start=start, end=end + 1)
            if used:
                found.append(drafts.subscription_line(unit, subscription, item, start=start, end=end, used=used))
    return found


def line(unit: Unit, subscription: StripeObject, item: Item, *, end: int) -> dict[str, Any]:
    """The line for what was used from the item's period start until `end`."""
    start = item["current_period_start"]
    used = _used(unit, subscription, item, start=start, end=end)
    return drafts.subscription_line(unit, subscription, item, start=start, end=end, used=used)


def entry_for_end(
    unit: Unit, subscription: StripeObject, item: Item, *, is_restart: bool
) -> invoice_items.Entry | None:
    """What is owed when a metered item goes, changes its price or (`is_restart`) begins a period before time."""
    if _is_free(subscription, item):
        return None
    start = item["current_period_start"]
    end = unit.now if is_restart else item["current_period_end"]
    used = _used(unit, subscription, item, start=start, end=end)
    if not used:
        return None
    price, currency = unit.get("price", item["price"]["id"]), subscription["currency"]
    return invoice_items.Entry(
        customer_id=subscription["customer"],
        amount_minor=price_amounts.amount_minor(price, quantity=used, currency=currency),
        currency=currency,
        description=prices.describe(unit, price, quantity=used, currency=currency),
        price=price,
        period=(start, max(unit.now, start)),
        quantity=used,
        unit_amount_decimal=price_amounts.unit_decimal(price, currency=currency),
        subscription_id=subscription["id"],
        item_id=item["id"],
        tax_rates=item["tax_rates"],
    )


def note_changes(unit: Unit, subscription: StripeObject, after: list[Item]) -> None:
    """Remember for items that are new or change their price that only usage from here on is theirs."""
    before = {item["id"]: item["price"]["id"] for item in subscription["items"]["data"]}
    changed = [item["id"] for item in after if is_metered(item) and before.get(item["id"]) != item["price"]["id"]]
    if changed:
        mark = usage.mark(unit)
        subscription["_usage_marks"] = {**subscription.get("_usage_marks", {}), **dict.fromkeys(changed, mark)}


def begin_periods(subscription: StripeObject, items: list[Item]) -> None:
    """All usage of the periods that these items begin is theirs."""
    marks = subscription.get("_usage_marks", {})
    for item in items:
        marks.pop(item["id"], None)


def watch(subscription: StripeObject, invoice: StripeObject) -> None:
    """Have a draft with lines of usage take what is reported later."""
    if any(is_metered(item) for item in subscription["items"]["data"]):
        invoice["_usage_marks"] = dict(subscription.get("_usage_marks", {}))


def refresh(unit: Unit, invoice: StripeObject) -> None:
    """Bring the usage on a draft, and its sums, up to date; without usage nothing happens."""
    marks = invoice.get("_usage_marks")
    if marks is None:
        return
    for each in invoice["lines"]["data"]:
        details = each["parent"]["subscription_item_details"]
        if details is None or details["invoice_item"] is not None:
            continue
        price = unit.get("price", each["pricing"]["price_details"]["price"])
        if not prices.is_metered(price):
            continue
        used = _total(
            unit,
            price,
            customer_id=invoice["customer"],
            start=each["period"]["start"],
            end=each["period"]["end"],
            after=marks.get(details["subscription_item"], 0),
        )
        amount = price_amounts.amount_minor(price, quantity=used, currency=invoice["currency"])
        text = prices.describe(unit, price, quantity=used, currency=invoice["currency"])
        each.update(amount=amount, subtotal=amount, description=text)
        each.update(quantity=int(used), quantity_decimal=price_numbers.plain(used))
    drafts.set_amounts(unit, invoice)


def _is_free(subscription: StripeObject, item: Item) -> bool:
    end = subscription["trial_end"]
    return end is not None and bool(item["current_period_start"] < end)


def _used(unit: Unit, subscription: StripeObject, item: Item, *, start: int, end: int) -> Decimal:
    after = subscription.get("_usage_marks", {}).get(item["id"], 0)
    return _total(unit, item["price"], customer_id=subscription["customer"], start=start, end=end, after=after)


def _total(unit: Unit, price: StripeObject, *, customer_id: str, start: int, end: int, after: int) -> Decimal:
    """Documented: usage below nothing is billed as none."""
    meter = unit.get("billing.meter", price["recurring"]["meter"])
    total = usage.total(unit, meter, customer_id=customer_id, start=start, end=end, after=after)
    return max(total, Decimal(0))
