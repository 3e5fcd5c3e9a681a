"""Tells the worker that the inbox has something, at most once a second, without delaying whoever asks.

A lost wake-up loses nothing: beat looks into the inbox every few seconds anyway.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

from webhooks import counts

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 1.0


class WakeUp:
    """One thread a process that sends. `failed` counts what the broker did not take."""

    def __init__(self, send: Callable[[], object], *, interval_seconds: float = INTERVAL_SECONDS) -> None:
        self._send = send
        self._interval_seconds = interval_seconds
        self._is_wanted = threading.Event()
        self._lock = threading.Lock()
        self._process_id = 0
        self.failed = 0

    def ask(self) -> None:
        """Have a wake-up sent soon; asking again before it is sent changes nothing. Returns at once, never raises."""
        self._is_wanted.set()
        if self._process_id != os.getpid():
            self._start()

    def _start(self) -> None:
        with self._lock:
            # A server may load the application before it forks; a thread does not come along.
            if self._process_id == os.getpid():
                return
            self._process_id = os.getpid()
            threading.Thread(target=self._run, name="inbox-wake-up", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._is_wanted.wait()
            self._is_wanted.clear()
            try:
                self._send()
            except Exception as error:
                # Whatever the broker's client raises, the event is stored and beat will find it. The message of the
                # error may hold the broker's password.
                self.failed += 1
                counts.wakeup_failed()
                logger.warning("inbox: wake-up not sent (%s)", type(error).__name__)
            time.sleep(self._interval_seconds)
