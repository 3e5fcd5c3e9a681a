"""Use case: finish the changes of seats that a crash or Stripe's silence left open."""

from datetime import datetime

from billing import intents
from billing.mirror.seat_changes import carry_out
from billing.models import SeatChange


def resume_seat_changes(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry on with what has rested for a minute; `now` is system time. Returns how many came to their end.

    Safe to repeat and in parallel: each step has a key of its own. Stops after `seconds`.
    """
    rows = intents.left_open_since(SeatChange.objects.all(), now)
    return intents.finish_open(rows, carry_out, seconds=seconds)
