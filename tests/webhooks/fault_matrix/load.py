"""Posts signed events as Stripe would: several connections at once, each event again until it is answered 200."""

import contextlib
import http.client
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from tests.webhooks.deliveries import ADDRESS, event_body, signature

_ANSWER_SECONDS = 20.0
_PATIENCE_SECONDS = 100.0
_SLOWEST_RATE = 25.0

EVENTS = int(os.environ.get("FAULT_MATRIX_EVENTS", "1000"))
"""How many events a test of a crash sends; `make test-full` sends more."""

TIMEOUT_SECONDS = 180 + EVENTS / _SLOWEST_RATE


class Load:
    """Runs in the background from its making; `acked` are the ids of the events that were answered with 200."""

    def __init__(self, port: int, *, events: int, threads: int = 8) -> None:
        self.acked: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self.broken = 0
        self.shortest_503_seconds = _ANSWER_SECONDS
        self._port = port
        self._lock = threading.Lock()
        self._waiting = self._ids(events)
        self._ends_at = time.monotonic() + _PATIENCE_SECONDS + events / _SLOWEST_RATE
        self._threads = [threading.Thread(target=self._post_all, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _ids(events: int) -> Iterator[str]:
        yield from (f"evt_{number}" for number in range(events))

    def wait_for(self, count: int) -> None:
        """Until so many are answered."""
        while len(self.acked) < count:
            assert time.monotonic() < self._ends_at, f"{len(self.acked)} of {count} answered; {self.statuses}"
            time.sleep(0.01)

    def finish(self) -> None:
        """Until each event has been answered with 200."""
        for thread in self._threads:
            thread.join(timeout=max(0.0, self._ends_at - time.monotonic()))
        assert not any(thread.is_alive() for thread in self._threads), f"{len(self.acked)} answered; {self.statuses}"

    def _post_all(self) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_SECONDS)) as line:
            while event_id := self._next():
                body = event_body(event_id, obj={"id": f"cus_{event_id}", "padding": "x" * 4000})
                while not self._is_acked(event_id, line=line, body=body) and time.monotonic() < self._ends_at:
                    line.close()  # Opened again by the next post.
                    time.sleep(0.05)

    def _is_acked(self, event_id: str, *, line: http.client.HTTPConnection, body: bytes) -> bool:
        began = time.monotonic()
        status = _post(line, body)
        self._note(event_id, status=status, seconds=time.monotonic() - began)
        return status == 200

    def _next(self) -> str | None:
        with self._lock:
            return next(self._waiting, None)

    def _note(self, event_id: str, *, status: int, seconds: float) -> None:
        with self._lock:
            self.statuses[status] += 1
            self.broken += not status
            if status == 200:
                self.acked.add(event_id)
            if status == 503:
                self.shortest_503_seconds = min(self.shortest_503_seconds, seconds)


def _post(line: http.client.HTTPConnection, body: bytes) -> int:
    """The status, or 0 where nobody answered."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        line.request("POST", ADDRESS, body, {"Stripe-Signature": signature(body), "Content-Type": "application/json"})
        answer = line.getresponse()
        answer.read()
        return answer.status
    return 0


def post_once(port: int, body: bytes) -> tuple[int, float]:
    """The status of one delivery (0 where nobody answered) and its seconds."""
    began = time.monotonic()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)) as line:
        return _post(line, body), time.monotonic() - began


def lost(acked: Iterable[str], stored: Callable[[], set[str]]) -> set[str]:
    """Events that were answered with 200 and are not there."""
    return set(acked) - stored()
