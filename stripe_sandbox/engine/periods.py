"""Decides billing periods: calendar arithmetic on the anchor, clamped to the month, never chained."""

import calendar
from datetime import UTC, datetime, timedelta

DAY_SECONDS = 86400
_FIXED_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, *, interval: str, interval_count: int, steps: int) -> int:
    """The moment `steps` intervals after the anchor (unix seconds, UTC); 31 January leads to the end of February."""
    start = datetime.fromtimestamp(anchor, tz=UTC)
    if interval in _FIXED_DAYS:
        moved = start + timedelta(days=_FIXED_DAYS[interval] * interval_count * steps)
    else:
        moved = _add_months(start, _MONTHS[interval] * interval_count * steps)
    return int(moved.timestamp())


def _add_months(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)


def next_boundary(anchor: int, *, after: int, interval: str, interval_count: int) -> int:
    """The first boundary of this anchor that lies after the given moment."""
    steps = 1 if after >= anchor else 0
    while (moment := boundary(anchor, interval=interval, interval_count=interval_count, steps=steps)) <= after:
        steps += 1
    return moment


def is_boundary(anchor: int, moment: int, *, interval: str, interval_count: int) -> bool:
    """Whether a period of this rhythm, counted from the anchor, begins at the moment."""
    return next_boundary(anchor, after=moment - 1, interval=interval, interval_count=interval_count) == moment


def funds_available_at(charged_at: int) -> int:
    """Midnight UTC seven calendar days after the day of the charge, as recorded for a US account."""
    day_start = charged_at - charged_at % DAY_SECONDS
    return day_start + 7 * DAY_SECONDS
