"""Notices when really signed deliveries keep being refused for their time; it must not know who is told."""

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

MANY = 10
WITHIN = timedelta(minutes=10)


class SkewWatch:
    """Tells when this process has refused many in a short time; one late copy is no alarm.

    `tell` must return at once and is called again only after a while.
    """

    def __init__(self, tell: Callable[[], object]) -> None:
        self._tell = tell
        self._refused_at: deque[datetime] = deque(maxlen=MANY)
        self._lock = threading.Lock()

    def note(self, *, now: datetime) -> None:
        """A signed delivery was refused for its time. `now` is system time."""
        with self._lock:
            self._refused_at.append(now)
            if len(self._refused_at) < MANY or now - self._refused_at[0] > WITHIN:
                return
            self._refused_at.clear()
        self._tell()
