"""Decides when a subscription that is not paid becomes read-only and when it closes, from its cases of dunning.

It must not read, and not know the plan: which plan is given, `rules.entitlement` decides.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.terms import OPEN_CASE_STATES, STOPPED_AS_NOT_OWED, STOPPED_BY_DISPUTE, CaseState

# The row of a subscription may learn of a failure later than its case: so much later at most.
HEARD_WITHIN = timedelta(days=1)
RECOVERED_STATES = (CaseState.RECOVERED, CaseState.RECOVERED_LATE)


@dataclass(frozen=True, slots=True)
class UnpaidCase:
    """A case as access sees it, with the two moments of its policy; all are UTC business time, None is never."""

    state: str
    read_only_at: datetime | None = None
    closes_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""


@dataclass(frozen=True, slots=True)
class AccessDays:
    """From `read_only_at` on everything can be read and nothing written, from `closes_at` on nothing is open."""

    read_only_at: datetime | None = None
    closes_at: datetime | None = None


def access_days(cases: Iterable[UnpaidCase], *, past_due_at: datetime | None) -> AccessDays | None:
    """The earliest moments of all cases that count; None where none counts. `past_due_at` is UTC business time.

    Those that are open count, and of this run of failures those that were lost or that a dispute stopped: nothing was
    paid there. What was lost is closed from then on, whatever days were left.
    """
    counting = [case for case in cases if _counts(case, past_due_at=past_due_at)]
    if not counting:
        return None
    ends = [case.closes_at for case in counting]
    ends += [case.ended_at for case in counting if case.state == CaseState.LOST]
    return AccessDays(earliest(case.read_only_at for case in counting), earliest(ends))


def is_settled(cases: Iterable[UnpaidCase], *, past_due_at: datetime | None) -> bool:
    """Whether one of this run of failures was paid, or its invoice forgiven; `past_due_at` is UTC business time."""
    return any(
        _is_of_run(case, past_due_at=past_due_at)
        and (case.state in RECOVERED_STATES or _was_stopped(case, STOPPED_AS_NOT_OWED))
        for case in cases
    )


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _counts(case: UnpaidCase, *, past_due_at: datetime | None) -> bool:
    if case.state in OPEN_CASE_STATES:
        return True
    is_unpaid = case.state == CaseState.LOST or _was_stopped(case, (STOPPED_BY_DISPUTE,))
    return is_unpaid and _is_of_run(case, past_due_at=past_due_at)


def _was_stopped(case: UnpaidCase, reasons: Collection[str]) -> bool:
    return case.state == CaseState.STOPPED and case.end_reason in reasons


def _is_of_run(case: UnpaidCase, *, past_due_at: datetime | None) -> bool:
    """What ended before the subscription became past due belongs to another time."""
    return case.ended_at is not None and past_due_at is not None and case.ended_at >= past_due_at - HEARD_WITHIN
