"""Decides what discounts leave of a period's price when a change credits or charges the rest of that period.

A credit gives back what was paid: the share that the billed lines' own discounts left. A charge is lowered by the
discounts of this moment. Recorded is only the setting `proration_discounts=included`; this reading of it is assumed.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from stripe_sandbox.engine import discounts, totals
from stripe_sandbox.store.unit import StripeObject, Unit

Item = dict[str, Any]


def credit_minor(
    unit: Unit,
    subscription: StripeObject,
    item: Item,
    *,
    whole_minor: int,
    credited: dict[str, Any] | None,
    others_minor: Sequence[tuple[str, int]] = (),
) -> int:
    """What a whole period of this item came to when it was billed; by today's discounts where no bill tells."""
    share = _billed_share(unit, credited)
    if share is None:
        return charge_minor(unit, subscription, item, whole_minor=whole_minor, others_minor=others_minor)
    return totals.rounded(whole_minor * share)


def _billed_share(unit: Unit, credited: dict[str, Any] | None) -> Fraction | None:
    """The part of the credited lines that was left to pay; a change's own lines name net sums and so tell nothing."""
    if credited is None:
        return None
    invoice = unit.get("invoice", credited["invoice"])
    lines = [line for line in invoice["lines"]["data"] if line["id"] in credited["invoice_line_items"]]
    details = [line["parent"]["subscription_item_details"] for line in lines]
    if any(each["proration"] and each["invoice_item"] for each in details):
        return None
    whole = sum(line["amount"] for line in lines)
    off = sum(entry["amount"] for line in lines for entry in line["discount_amounts"])
    return Fraction(whole - off, whole) if whole else None


def charge_minor(
    unit: Unit,
    subscription: StripeObject,
    item: Item,
    *,
    whole_minor: int,
    others_minor: Sequence[tuple[str, int]] = (),
) -> int:
    """What a whole period of this item comes to after its own and the subscription's (or customer's) discounts.

    `others_minor`: product and price of the other items, among which an amount off the whole bill is spread.
    """
    currency = subscription["currency"]
    customer = unit.get("customer", subscription["customer"])
    shared = discounts.for_invoice(unit, customer=customer, subscription=subscription, at=unit.now)
    own = discounts.live(unit, item["discounts"], at=unit.now)
    first = totals.Line(
        whole_minor, item["price"]["product"], reductions=discounts.reductions(unit, own, currency=currency)
    )
    rest = [totals.Line(amount, product) for product, amount in others_minor]
    reckoned = totals.reckon([first, *rest], reductions=discounts.reductions(unit, shared, currency=currency))
    return reckoned.lines[0].left_minor
