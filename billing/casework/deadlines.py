"""Moves a case's days at the word of staff, in the caller's transaction, who holds the case."""

from datetime import datetime, timedelta

from billing.casework.moves import note
from billing.errors import InvalidInput
from billing.models import DunningCase
from billing.selectors.dunning import policy_of
from billing.terms import CaseState

LONGEST_CASE_DAYS = 90
"""However often its deadline is moved, a case ends so long after the first failure."""


def require_deadline_fits(case: DunningCase, deadline_at: datetime, *, now: datetime) -> None:
    """Raises InvalidInput for a deadline that is past, or later than any case may last. Business time."""
    last = case.opened_at + timedelta(days=LONGEST_CASE_DAYS)
    if deadline_at <= now:
        raise InvalidInput("The new deadline lies in the past.", field="deadline_at")
    if deadline_at > last:
        latest = f"{last:%d %b %Y, %H:%M} UTC"
        raise InvalidInput(
            f"A case lasts {LONGEST_CASE_DAYS} days at most, so its deadline lies on {latest} at the latest.",
            field="deadline_at",
        )


def put_deadline_off(case: DunningCase, by: timedelta, *, moves_access: bool, now: datetime) -> None:
    """The caller saves. Days of access that are over already come back only if the new ones lie ahead.

    Who had the last notice gets one with the new day, if there is time to give it as early as the policy says.
    """
    case.deadline_at += by
    if now < case.deadline_at - policy_of(case).last_notice_before:
        case.last_notice_at = None
    if moves_access:
        case.read_only_at = case.read_only_at + by if case.read_only_at else None
        case.access_closes_at = case.access_closes_at + by if case.access_closes_at else None


def hold(case: DunningCase, *, until: datetime, at: datetime) -> None:
    """No automatic try before `until`; one that is planned sooner moves there. Business time."""
    case.held_until = until
    if case.state == CaseState.WAITING and case.due_at is not None:
        case.due_at = max(case.due_at, until)
    note(case, "held", at=at, until=until.isoformat())
    case.save()
