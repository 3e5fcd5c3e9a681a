"""Use case: finish the changes of seats that a crash or Stripe's silence left open."""

import time
from datetime import datetime, timedelta

from billing.errors import BillingError
from billing.mirror.seat_changes import carry_out
from billing.models import SeatChange
from billing.terms import IntentState

_REST_BEFORE_RESUME = timedelta(minutes=1)
_MOST = 50


def resume_seat_changes(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry on with what has rested for a minute; `now` is system time. Returns how many came to their end.

    Safe to repeat and in parallel: each step has a key of its own. Stops after `seconds`.
    """
    deadline = time.monotonic() + seconds
    waiting = SeatChange.objects.filter(state=IntentState.RECORDED, created_at__lt=now - _REST_BEFORE_RESUME)
    ended = 0
    for change in waiting.order_by("created_at")[:_MOST]:
        if time.monotonic() > deadline:
            break
        try:
            carry_out(change)
        except BillingError:
            continue  # Still unreachable, or refused and so ended: the row says which.
        ended += 1
    return ended
