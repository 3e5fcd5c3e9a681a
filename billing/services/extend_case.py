"""Use case: staff give a customer more time to pay before the final action."""

from datetime import datetime

from django.db import transaction

from billing import casework
from billing.casework import StaffWish
from billing.errors import InvalidInput
from billing.models import CaseRequest
from billing.terms import CaseAction


def extend_case(case_id: int, *, deadline_at: datetime, moves_access: bool, wish: StaffWish) -> CaseRequest:
    """Move the deadline to `deadline_at` (UTC business time), later than it is, within 90 days of the first failure.

    With `moves_access` the days on which access narrows and closes come as much later. What waited for the customer
    because its time was too short is planned anew, and a last notice that named the old day is followed by one with
    the new day. Safe to repeat with the same request key. Raises CaseClosed, InvalidInput.
    """
    with transaction.atomic():
        case = casework.locked(case_id)
        done = casework.repeated(case, wish)
        if done is not None:
            return done
        casework.require_going_on(case)
        before = casework.audited(case)
        if deadline_at <= case.deadline_at:
            raise InvalidInput("The new deadline must be later than the present one.", field="deadline_at")
        casework.require_deadline_fits(case, deadline_at, now=wish.now)
        by = deadline_at - case.deadline_at
        casework.put_deadline_off(case, by, moves_access=moves_access, now=wish.now)
        casework.note(case, "extended", at=wish.now, deadline_at=deadline_at.isoformat())
        case.save()
        if case.waits_for in ("deadline", "limit"):
            casework.plan_again(case, now=wish.now, why=case.waits_for)
        return casework.record_request(
            case, CaseAction.EXTEND, wish, until=deadline_at, moves_deadline=moves_access, before=before
        )
