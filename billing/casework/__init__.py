"""The hands on a dunning case: every move of a case and every end of an attempt is made here, and nowhere else.

The caller holds the case's row (`locked`) and commits; nothing here asks Stripe or decides.
"""

from billing.casework.moves import (
    OBSERVED,
    ask_customer,
    close,
    end,
    enter_conflict,
    locked,
    move,
    note,
    plan_again,
    start_attempt,
    take_in,
)
from billing.casework.outcomes import close_attempt, settle_declined, settle_gone, settle_paid, settle_untraced, skip

__all__ = [
    "OBSERVED",
    "ask_customer",
    "close",
    "close_attempt",
    "end",
    "enter_conflict",
    "locked",
    "move",
    "note",
    "plan_again",
    "settle_declined",
    "settle_gone",
    "settle_paid",
    "settle_untraced",
    "skip",
    "start_attempt",
    "take_in",
]
