"""Lives through days of business time in seconds: from due moment to due moment, both sides finishing at each."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from billing import clock
from billing.gateway import sandbox
from billing.models import Transition
from billing.selectors.due import count_waiting, next_due_at
from billing.tasks import collect_due_payments, sweep
from webhooks.models import InboxEvent
from webhooks.tasks import process_inbox

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


class StillBusy(RuntimeError):
    """Something waited longer than it should: the worker and this command together could not finish it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One moment of the journey and what happened up to it."""

    at: datetime
    transitions: list[Transition]


def travel(*, days: int) -> Iterator[Stop]:
    """Move business time forward by whole days, stop by stop. Raises StripeUnreachable, StillBusy.

    The product's own periodic work is done here as well as in the worker; both are safe side by side.
    """
    _finish()
    position = sandbox.read_clock()
    end = position.now + timedelta(days=days)
    seen = Transition.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    while position.now < end:
        dues = [position.next_due_at, next_due_at(position.now), end]
        target = min(due for due in dues if due is not None)
        position = sandbox.move_clock(min(max(target, position.now), end))
        clock.reread()
        _finish()
        new = list(Transition.objects.filter(pk__gt=seen).order_by("pk"))
        seen = new[-1].pk if new else seen
        position = sandbox.read_clock()
        yield Stop(at=position.now, transitions=new)


def _finish() -> None:
    """Until nothing waits: no delivery, no event, no refresh, no reaction, no mail."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        process_inbox()
        sweep()
        collect_due_payments()
        waiting = (
            sandbox.read_clock().pending_deliveries
            + InboxEvent.objects.filter(state=InboxEvent.State.NEW).count()
            + count_waiting(clock.system_now())
        )
        if not waiting:
            return
        if time.monotonic() > deadline:
            raise StillBusy(
                f"{waiting} things still wait after {_PATIENCE_SECONDS:.0f} s; the log names their errors"
            )
        time.sleep(_PAUSE_SECONDS)
