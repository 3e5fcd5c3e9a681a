"""Decides when the one-off amounts that are added to a subscription become invoice items, and for which time.

Documented: they are appended to the next invoice, and without a period of their own are for the present period.
"""

from typing import Any

from stripe_sandbox.engine import discounts, invoice_items, periods, price_amounts
from stripe_sandbox.errors import ApiError
from stripe_sandbox.store.unit import StripeObject, Unit

Added = dict[str, Any]


def create(
    unit: Unit, subscription: StripeObject, added: list[Added], *, phase_end: int | None = None, is_late: bool = False
) -> None:
    """Make the invoice items, with their events; they wait for the subscription's next invoice.

    `is_late`: no caller is there to be told, so a discount that is not to be had (any more) is left out (assumed).
    Raises ApiError for such a discount otherwise.
    """
    for index, each in enumerate(added):
        entry = _entry(unit, subscription, each, index=index, phase_end=phase_end, is_late=is_late)
        invoice_items.create(unit, entry)


def _entry(
    unit: Unit, subscription: StripeObject, each: Added, *, index: int, phase_end: int | None, is_late: bool
) -> invoice_items.Entry:
    price, currency = unit.get("price", each["price"]), subscription["currency"]
    quantity = 1 if each["quantity"] is None else each["quantity"]
    amount = price_amounts.amount_minor(price, quantity=quantity, currency=currency)
    discountable = each.get("discountable")
    return invoice_items.Entry(
        customer_id=subscription["customer"],
        amount_minor=amount,
        currency=currency,
        description=unit.get("product", price["product"])["name"],
        price=price,
        period=_period(unit, subscription, each["period"], phase_end=phase_end),
        quantity=quantity,
        unit_amount_decimal=price_amounts.unit_decimal(price, currency=currency),
        subscription_id=subscription["id"],
        is_discountable=True if discountable is None else discountable,
        metadata=dict(each["metadata"]),
        tax_rates=list(each["tax_rates"]),
        redeemed=_redeemed(unit, subscription, each, path=f"add_invoice_items[{index}][discounts]", is_late=is_late),
    )


def _redeemed(
    unit: Unit, subscription: StripeObject, each: Added, *, path: str, is_late: bool
) -> list[discounts.Wanted]:
    given = [{key: value for key, value in entry.items() if value} for entry in each["discounts"]]
    try:
        wanted = discounts.read(
            unit, given, path=path, customer_id=subscription["customer"], currency=subscription["currency"]
        )
        discounts.check_kept(wanted, allowed=subscription["discounts"], param=path)
    except ApiError:
        if is_late:
            return []
        raise
    return wanted


def _period(
    unit: Unit, subscription: StripeObject, given: dict[str, Any], *, phase_end: int | None
) -> tuple[int, int]:
    spans = [_present(unit, item) for item in subscription["items"]["data"]]
    moments = {
        "max_item_period_start": max(start for start, _ in spans),
        "min_item_period_end": min(end for _, end in spans),
        "now": unit.now,
        "phase_start": unit.now,
        "phase_end": phase_end,
    }
    start, end = (
        int(each.get("timestamp") or moments[each["type"]] or unit.now) for each in (given["start"], given["end"])
    )
    return start, max(start, end)


def _present(unit: Unit, item: dict[str, Any]) -> tuple[int, int]:
    """The period that goes on now: the next one where the item's has just ended and is not yet renewed."""
    start, end = item["current_period_start"], item["current_period_end"]
    if end > unit.now:
        return start, end
    recurring = item["price"]["recurring"]
    rhythm = {"interval": recurring["interval"], "interval_count": recurring["interval_count"]}
    return end, periods.boundary(end, **rhythm, steps=1)
