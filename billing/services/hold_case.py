"""Use case: staff have no automatic try made on a case before a certain moment."""

from datetime import datetime, timedelta

from django.db import transaction

from billing import casework
from billing.casework import StaffWish
from billing.errors import InvalidInput
from billing.models import CaseRequest, DunningCase
from billing.terms import CaseAction

LONGEST_HOLD_DAYS = 30


def hold_case(case_id: int, *, until: datetime, moves_deadline: bool, wish: StaffWish) -> CaseRequest:
    """No automatic try before `until` (UTC business time); a new card of the customer is still tried at once.

    With `moves_deadline` the deadline, and the days of access, come as much later as the hold is long. Safe to repeat
    with the same request key. Raises CaseClosed, CaseInConflict, StripeCollects, TryUnderWay, InvalidInput for a
    moment that is past, further off than 30 days, or not before a deadline that stays.
    """
    with transaction.atomic():
        case = casework.locked(case_id)
        done = casework.repeated(case, wish)
        if done is not None:
            return done
        casework.require_free(case)
        before = casework.audited(case)
        _require_fit(case, until=until, moves_deadline=moves_deadline, now=wish.now)
        if moves_deadline:
            casework.put_deadline_off(case, until - wish.now, moves_access=True, now=wish.now)
        casework.hold(case, until=until, at=wish.now)
        return casework.record_request(
            case, CaseAction.HOLD, wish, until=until, moves_deadline=moves_deadline, before=before
        )


def _require_fit(case: DunningCase, *, until: datetime, moves_deadline: bool, now: datetime) -> None:
    if until <= now:
        raise InvalidInput("The hold would end in the past.", field="until")
    if until > now + timedelta(days=LONGEST_HOLD_DAYS):
        raise InvalidInput(f"A hold lasts {LONGEST_HOLD_DAYS} days at most.", field="until")
    if not moves_deadline and until >= case.deadline_at:
        raise InvalidInput("The hold would outlast the deadline. Move the deadline with it.", field="until")
    if moves_deadline:
        casework.require_deadline_fits(case, case.deadline_at + (until - now), now=now)
