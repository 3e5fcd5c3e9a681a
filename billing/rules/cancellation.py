"""Decides what a wish to leave may say, on which days it may end a plan, and what becomes of what is owed."""

from datetime import date, datetime, time, timedelta

from billing.errors import InvalidInput
from billing.terms import CancellationReason, LifecycleState

LONGEST_COMMENT = 500
LONGEST_AHEAD = timedelta(days=366)
_OWING = frozenset({LifecycleState.INCOMPLETE, LifecycleState.PAST_DUE, LifecycleState.UNPAID})
_NOTHING_RUNS_OUT = _OWING | {LifecycleState.PAUSED}


def check_feedback(*, reason: str, comment: str) -> None:
    """Raises InvalidInput for a reason that is none of the list, or a comment that is too long."""
    if reason and reason not in list(CancellationReason):
        raise InvalidInput("Please choose one of the reasons, or none.", field="reason")
    if len(comment) > LONGEST_COMMENT:
        raise InvalidInput(f"Please use at most {LONGEST_COMMENT} characters.", field="comment")


def first_and_last_day(now: datetime) -> tuple[date, date]:
    """The days on which a plan may be set to end, seen from `now` (business time): tomorrow to a year ahead."""
    return (now + timedelta(days=1)).date(), (now + LONGEST_AHEAD).date()


def end_on(day: date, *, period_end: datetime, now: datetime) -> datetime:
    """The moment (UTC) at which a plan ends that is to end on this day: the hour at which its periods end.

    So the day of a renewal is the end of what was paid, not a moment after it. Raises InvalidInput out of the range.
    """
    first, last = first_and_last_day(now)
    if not first <= day <= last:
        raise InvalidInput(f"Please choose a day from {first:%d %b %Y} to {last:%d %b %Y}.", field="ends_on")
    return datetime.combine(
        day, time(period_end.hour, period_end.minute, period_end.second), tzinfo=period_end.tzinfo
    )


def ends_now_by_default(state: LifecycleState) -> bool:
    """Whether there is no paid time to wait for, so that leaving means now (rule L5)."""
    return state in _NOTHING_RUNS_OUT


def voids_what_is_owed(state: LifecycleState) -> bool:
    """Whether ending the plan now also gives up its open invoices (rule L5). Said to the person before."""
    return state in _OWING
