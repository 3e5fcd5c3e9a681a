"""Decides billing periods: calendar arithmetic on the anchor, clamped to the month, never chained."""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any

DAY_SECONDS = 86400
_FIXED_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def rhythm_of(subscription: dict[str, Any], price: dict[str, Any]) -> dict[str, Any]:
    """How often this price bills in this subscription, with the day of the month where one was asked for."""
    config = subscription["billing_cycle_anchor_config"]
    recurring = price["recurring"]
    return {
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "day": config["day_of_month"] if config else None,
    }


def move_anchor(subscription: dict[str, Any], anchor: int) -> None:
    """Let the cycle count from this moment; what was asked for when the subscription was made has ended."""
    subscription.update(billing_cycle_anchor=anchor, billing_cycle_anchor_config=None)
    subscription.pop("_fixed_anchor", None)


def boundary(anchor: int, *, interval: str, interval_count: int, steps: int, day: int | None = None) -> int:
    """The moment `steps` intervals after the anchor (unix seconds, UTC); 31 January leads to the end of February.

    `day` of the month, for an anchor that lies in a shorter month than the day that was asked for.
    """
    start = datetime.fromtimestamp(anchor, tz=UTC)
    if interval in _FIXED_DAYS:
        moved = start + timedelta(days=_FIXED_DAYS[interval] * interval_count * steps)
    else:
        moved = _add_months(start, _MONTHS[interval] * interval_count * steps, day=day or start.day)
    return int(moved.timestamp())


def _add_months(start: datetime, months: int, *, day: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(year=year, month=month + 1, day=min(day, calendar.monthrange(year, month + 1)[1]))


def next_boundary(anchor: int, *, after: int, interval: str, interval_count: int, day: int | None = None) -> int:
    """The first boundary of this anchor that lies after the given moment."""
    steps = 1 if after >= anchor else 0
    rhythm: dict[str, Any] = {"interval": interval, "interval_count": interval_count, "day": day}
    while (moment := boundary(anchor, **rhythm, steps=steps)) <= after:
        steps += 1
    return moment


def is_boundary(anchor: int, moment: int, *, interval: str, interval_count: int, day: int | None = None) -> bool:
    """Whether a period of this rhythm, counted from the anchor, begins at the moment."""
    following = next_boundary(anchor, after=moment - 1, interval=interval, interval_count=interval_count, day=day)
    return following == moment


def funds_available_at(charged_at: int) -> int:
    """Midnight UTC seven calendar days after the day of the charge, as recorded for a US account."""
    day_start = charged_at - charged_at % DAY_SECONDS
    return day_start + 7 * DAY_SECONDS
