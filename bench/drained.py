"""Waits until the product has handled every event that it has stored; it sends nothing."""

import time

from bench.stage import Stage

_WAITING = "SELECT count(*) FROM webhooks_inboxevent WHERE state IN ('new', 'dispatched')"
_UNWELL = "SELECT count(*) FROM webhooks_inboxevent WHERE state IN ('dead', 'quarantined')"
_LOOK_SECONDS = 0.2


def wait_until_drained(stage: Stage, *, seconds: float) -> None:
    """Raises RuntimeError when something is left after `seconds`, or could not be handled."""
    ends_at = time.monotonic() + seconds
    with stage.connected() as connection:
        while (left := connection.execute(_WAITING).fetchone()) and left[0]:
            if time.monotonic() > ends_at:
                raise RuntimeError(f"{left[0]} events are not handled after {seconds:.0f} s")
            time.sleep(_LOOK_SECONDS)
        unwell = connection.execute(_UNWELL).fetchone()
    if unwell and unwell[0]:
        raise RuntimeError(f"{unwell[0]} events are dead or quarantined")
