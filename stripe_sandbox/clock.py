"""Decides what time it is in billing: system time plus an offset, or a moment that is held while time is moved."""

import threading
import time
from typing import Any

from stripe_sandbox.store.database import Database


class Clock:
    """The one billing clock of the sandbox. It only goes forward."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._offset = float(database.get_meta("clock_offset", default="0"))
        frozen = database.get_meta("clock_frozen")
        self._frozen: float | None = float(frozen) if frozen else None
        self._held: float | None = None

    def exact(self) -> float:
        """Unix seconds of billing time, with the fraction."""
        with self._lock:
            if self._held is not None:
                return self._held
            if self._frozen is not None:
                return self._frozen
            return time.time() + self._offset

    def now(self) -> int:
        """Whole unix seconds of billing time, as Stripe stamps objects."""
        return int(self.exact())

    @property
    def is_advancing(self) -> bool:
        """Whether a move of the clock is under way."""
        with self._lock:
            return self._held is not None

    def hold(self, moment: float) -> None:
        """Stand at this moment while what is due then is done; an earlier moment is ignored."""
        with self._lock:
            if self._held is None or moment > self._held:
                self._held = moment
            held = self._held
        self._database.put_meta("clock_offset", value=repr(held - time.time()))

    def release(self) -> None:
        """Go on from the held moment: running with system time, or still frozen there."""
        with self._lock:
            if self._held is None:
                return
            if self._frozen is not None:
                self._frozen = self._held
            self._offset = self._held - time.time()
            self._held = None
        self._save()

    def freeze(self, *, is_frozen: bool) -> None:
        """Stop the clock where it is, or let it run on from there."""
        moment = self.exact()
        with self._lock:
            self._offset = moment - time.time()
            self._frozen = moment if is_frozen else None
        self._save()

    def restart(self) -> None:
        """Back to system time; only a reset of all state may do this."""
        with self._lock:
            self._offset, self._frozen, self._held = 0.0, None, None

    def _save(self) -> None:
        self._database.put_meta("clock_offset", value=repr(self._offset))
        self._database.put_meta("clock_frozen", value="" if self._frozen is None else repr(self._frozen))

    def body(self) -> dict[str, Any]:
        """The clock's part of what GET /_sandbox/clock answers."""
        now = self.exact()
        return {
            "now": now,
            "offset_seconds": now - time.time(),
            "is_frozen": self._frozen is not None,
            "is_advancing": self.is_advancing,
        }
