"""Decides what staff may do with a dispute at a moment, how urgent it is, and when they are reminded.

It must not know what the evidence says.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.terms import AnswerBar, DisputePhase, DisputeStatus, TrafficLight

RED_BELOW = timedelta(days=3)
AMBER_BELOW = timedelta(days=7)
REMINDER_DAYS = (7, 3, 1)
AWAITING = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.WARNING_NEEDS_RESPONSE)
INQUIRIES = (
    DisputeStatus.WARNING_NEEDS_RESPONSE,
    DisputeStatus.WARNING_UNDER_REVIEW,
    DisputeStatus.WARNING_CLOSED,
)
OVER = (DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.WARNING_CLOSED, DisputeStatus.PREVENTED)
_KNOWN = frozenset(status.value for status in DisputeStatus)


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A dispute as Stripe last gave it. `due_at` is UTC; None says that no answer is possible (`due_by` is 0)."""

    status: str
    due_at: datetime | None
    is_past_due: bool = False
    submission_count: int = 0


@dataclass(frozen=True, slots=True)
class Options:
    """`can_answer` covers drafting, staging and submitting; `bar` says why it is not so."""

    can_answer: bool
    can_accept: bool
    bar: AnswerBar | None = None
    needs_staff: bool = False


def options(facts: DisputeFacts, now: datetime) -> Options:
    """What may be done at `now` (business time, UTC). A status that we do not know needs staff, and is never over.

    An answer is final (https://docs.stripe.com/api/disputes/update, read 2026-11-20), so that one submission bars the
    next. An inquiry can be answered or refunded, but not accepted: no money has moved yet.
    """
    bar = _bar(facts, now)
    return Options(
        can_answer=bar is None,
        can_accept=facts.status == DisputeStatus.NEEDS_RESPONSE and facts.submission_count == 0,
        bar=bar,
        needs_staff=facts.status not in _KNOWN or facts.status in AWAITING,
    )


def _bar(facts: DisputeFacts, now: datetime) -> AnswerBar | None:
    if facts.status not in _KNOWN:
        return AnswerBar.UNKNOWN_STATUS
    if facts.status not in AWAITING:
        return AnswerBar.NOT_AWAITED
    if facts.submission_count > 0:
        return AnswerBar.ALREADY_SUBMITTED
    if facts.due_at is None:
        return AnswerBar.NO_ANSWER_POSSIBLE
    if facts.is_past_due or now >= facts.due_at:
        return AnswerBar.TOO_LATE
    return None


def is_inquiry(status: str) -> bool:
    return status in INQUIRIES


def phase_of(status: str) -> DisputePhase:
    return DisputePhase.INQUIRY if is_inquiry(status) else DisputePhase.CHARGEBACK


def light(facts: DisputeFacts, now: datetime) -> TrafficLight:
    """Red below three days, amber below seven; `now` is business time. What is unknown is red."""
    if facts.status not in _KNOWN:
        return TrafficLight.RED
    if not options(facts, now).can_answer or facts.due_at is None:
        return TrafficLight.OFF
    left = facts.due_at - now
    if left < RED_BELOW:
        return TrafficLight.RED
    return TrafficLight.AMBER if left < AMBER_BELOW else TrafficLight.GREEN


def reminder_due(facts: DisputeFacts, now: datetime) -> int | None:
    """For which of the days 7, 3 and 1 before the deadline a reminder is due; the nearest one, None for none."""
    if not options(facts, now).can_answer or facts.due_at is None:
        return None
    left = facts.due_at - now
    return min((days for days in REMINDER_DAYS if left <= timedelta(days=days)), default=None)
