"""The hands on a dunning case: every move of a case and every end of an attempt is made here, and nowhere else.

The caller holds the case's row (`locked`) and commits; nothing here asks Stripe or decides.
"""

from billing.casework.confirmation import doubt_confirmation
from billing.casework.deadlines import LONGEST_CASE_DAYS, hold, put_deadline_off, require_deadline_fits
from billing.casework.mails import last_notices, notice_key
from billing.casework.moves import (
    OBSERVED,
    ask_customer,
    close,
    end,
    enter_conflict,
    locked,
    meet_unpaid,
    move,
    note,
    plan_again,
    start_attempt,
    take_in,
)
from billing.casework.outcomes import close_attempt, settle_declined, settle_gone, settle_paid, settle_untraced, skip
from billing.casework.requests import (
    StaffWish,
    audited,
    is_in_flight,
    record_request,
    repeated,
    require_free,
    require_going_on,
)

__all__ = [
    "LONGEST_CASE_DAYS",
    "OBSERVED",
    "StaffWish",
    "ask_customer",
    "audited",
    "close",
    "close_attempt",
    "doubt_confirmation",
    "end",
    "enter_conflict",
    "hold",
    "is_in_flight",
    "locked",
    "meet_unpaid",
    "move",
    "note",
    "last_notices",
    "notice_key",
    "plan_again",
    "put_deadline_off",
    "record_request",
    "repeated",
    "require_deadline_fits",
    "require_free",
    "require_going_on",
    "settle_declined",
    "settle_gone",
    "settle_paid",
    "settle_untraced",
    "skip",
    "start_attempt",
    "take_in",
]
