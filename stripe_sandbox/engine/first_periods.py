"""Decides what a subscription bills before its first whole period: the time until its anchor, and time gone by.

Documented: the part of a period is reckoned on the whole one that would begin with it (15 February to 1 March is half
of the month that goes to 15 March), a backdated subscription has a line for each natural period, and without
proration the time is free and has no invoice. Assumed: how such a line reads, that it is marked as a proration, that
natural periods count from the start date, and that a change within free time bills and credits nothing.
"""

from dataclasses import dataclass
from typing import Any

from stripe_sandbox.engine import drafts, metered, periods, proration
from stripe_sandbox.errors import invalid
from stripe_sandbox.store.unit import StripeObject, Unit

Item = dict[str, Any]
MOST_LINES = 250


@dataclass(frozen=True)
class Beginning:
    """Where the cycle of a new subscription is fixed (unix seconds); None: when it is made, or its trial ends.

    `config`: the parts of the anchor's date that were asked for. `backdated_to`: a start before the present.
    """

    anchor: int | None = None
    config: dict[str, int | None] | None = None
    backdated_to: int | None = None
    is_prorated: bool = True


def period_of(begin: Beginning, recurring: dict[str, Any], *, now: int) -> tuple[int, int]:
    """The present period of a new item: up to the anchor where one is fixed, else a whole one from now."""
    rhythm = {"interval": recurring["interval"], "interval_count": recurring["interval_count"]}
    if begin.anchor is None:
        return now, periods.boundary(now, **rhythm, steps=1)
    if begin.backdated_to is None:
        return now, begin.anchor
    return _natural(begin.backdated_to, begin.anchor, rhythm)[-1][0], begin.anchor


def note(subscription: StripeObject, begin: Beginning) -> None:
    """Keep with a new subscription what its later periods need to know of this beginning."""
    if begin.anchor is not None:
        subscription["_is_start_free"] = not begin.is_prorated
        if subscription["trial_end"] is not None:
            subscription["_fixed_anchor"] = begin.anchor


def is_part(subscription: StripeObject, item: Item) -> bool:
    """Whether the item's present period is only the time before the anchor."""
    return bool(item["current_period_start"] < subscription["billing_cycle_anchor"] == item["current_period_end"])


def is_free(subscription: StripeObject, item: Item) -> bool:
    """Whether that time was given away."""
    return bool(subscription.get("_is_start_free")) and is_part(subscription, item)


def whole_seconds(subscription: StripeObject, item: Item) -> int:
    """The length of the whole period that the item's price is for."""
    start, end = item["current_period_start"], item["current_period_end"]
    if is_part(subscription, item):
        recurring = item["price"]["recurring"]
        end = periods.boundary(
            start, interval=recurring["interval"], interval_count=recurring["interval_count"], steps=1
        )
    return int(end - start)


def first_lines(unit: Unit, subscription: StripeObject, begin: Beginning) -> list[dict[str, Any]]:
    """The lines of a new subscription's first invoice. Raises ApiError for too many."""
    items = subscription["items"]["data"]
    if subscription["trial_end"] is None:
        return [*_past_lines(unit, subscription, begin), *present_lines(unit, subscription, items)]
    return [
        drafts.subscription_line(
            unit, subscription, item, start=unit.now, end=item["current_period_end"], is_trial=True
        )
        for item in items
        if not metered.is_metered(item)
    ]


def present_lines(unit: Unit, subscription: StripeObject, items: list[Item]) -> list[dict[str, Any]]:
    """The line of each item that is paid for in advance, for its present period or the part of one; none if free."""
    lines = []
    for item in items:
        if metered.is_metered(item) or is_free(subscription, item):
            continue
        start, end = item["current_period_start"], _billed_end(subscription, item)
        lines.append(_line(unit, subscription, item, start=start, end=end, whole=whole_seconds(subscription, item)))
    return lines


def _billed_end(subscription: StripeObject, item: Item) -> int:
    """Documented: a planned end in a later period always causes a proration for it: it is billed up to that end.

    Assumed: that the item's period keeps its length.
    """
    start, end, ends_at = item["current_period_start"], item["current_period_end"], subscription["cancel_at"]
    if ends_at is None or not start < ends_at < end:
        return int(end)
    subscription["_ends_prorated"] = False
    return int(ends_at)


def _past_lines(unit: Unit, subscription: StripeObject, begin: Beginning) -> list[dict[str, Any]]:
    """The lines of the time gone by before each item's present period. Raises ApiError for too many."""
    if begin.backdated_to is None or not begin.is_prorated:
        return []
    lines = []
    for item in subscription["items"]["data"]:
        if metered.is_metered(item):
            continue
        recurring = item["price"]["recurring"]
        rhythm = {"interval": recurring["interval"], "interval_count": recurring["interval_count"]}
        spans = _natural(begin.backdated_to, item["current_period_start"], rhythm)
        lines += [
            _line(
                unit, subscription, item, start=start, end=min(end, item["current_period_start"]), whole=end - start
            )
            for start, end in spans
        ]
    return lines


def _natural(start: int, until: int, rhythm: dict[str, Any]) -> list[tuple[int, int]]:
    """The whole periods, counted from the start, that begin before the end; the last one may reach beyond it."""
    spans: list[tuple[int, int]] = []
    begins = start
    while begins < until:
        if len(spans) >= MOST_LINES:
            raise invalid(
                f"An invoice can have at most {MOST_LINES} line items; choose a later `backdate_start_date`.",
                param="backdate_start_date",
            )
        ends = periods.boundary(start, **rhythm, steps=len(spans) + 1)
        spans.append((begins, ends))
        begins = ends
    return spans


def _line(unit: Unit, subscription: StripeObject, item: Item, *, start: int, end: int, whole: int) -> dict[str, Any]:
    line = drafts.subscription_line(unit, subscription, item, start=start, end=end)
    if end - start < whole:
        amount = proration.share_minor(line["amount"], remaining_seconds=end - start, whole_seconds=whole)
        line.update(amount=amount, subtotal=amount)
        line["parent"]["subscription_item_details"]["proration"] = True
    return line
