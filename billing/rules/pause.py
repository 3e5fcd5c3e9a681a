"""Decides how long a plan may be paused, when it goes on, and whether a new period then begins (rule L7)."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from billing.errors import InvalidInput

MONTHS = (1, 2, 3)
REMIND_BEFORE = timedelta(days=3)
# Stripe voids an invoice that is made before the pause ends; one made at that very moment is nobody's to foretell.
_BEFORE_RENEWAL = timedelta(hours=1)
# A renewal as near as this comes by itself; a period begun beside it could be charged twice.
_RENEWS_SOON = timedelta(days=2)


def months_to_choose(longest_months: int) -> tuple[int, ...]:
    return tuple(months for months in MONTHS if months <= longest_months)


def first_and_last_day(period_end: datetime, *, longest_months: int) -> tuple[date, date]:
    """The days on which a pause may end: after the paid period (UTC), so many months later at most."""
    return (period_end + timedelta(days=1)).date(), add_months(period_end, longest_months).date()


def ends_after(months: int, *, period_end: datetime, longest_months: int) -> datetime:
    """When a pause ends that begins with the end of the paid period. Raises InvalidInput for another length."""
    if months not in months_to_choose(longest_months):
        raise InvalidInput("Please choose how long the pause lasts.", field="length")
    return add_months(period_end, months) - _BEFORE_RENEWAL


def ends_on(day: date, *, period_end: datetime, longest_months: int) -> datetime:
    """When a pause ends that is to end on this day (UTC). Raises InvalidInput out of the range."""
    first, last = first_and_last_day(period_end, longest_months=longest_months)
    if not first <= day <= last:
        raise InvalidInput(f"Please choose a day from {first:%d %b %Y} to {last:%d %b %Y}.", field="resumes_on")
    moment = time(period_end.hour, period_end.minute, period_end.second)
    return datetime.combine(day, moment, tzinfo=period_end.tzinfo) - _BEFORE_RENEWAL


def add_months(at: datetime, months: int) -> datetime:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = at.year + (at.month - 1 + months) // 12, (at.month - 1 + months) % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def begins_period(*, paid_until: datetime | None, period_end: datetime | None, now: datetime) -> bool:
    """Whether a paid period begins with the end of a pause at `now`.

    Not while the period that was paid before still lasts, and not where the next renewal comes by itself soon.
    """
    if paid_until is None or period_end is None:
        return False
    return paid_until <= now and period_end - now > _RENEWS_SOON
