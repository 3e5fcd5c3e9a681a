"""A bad line between the product and the sandbox: answers come late, calls are cut off or refused, by a seed.

It sits between two real programs and changes nothing of what they say. An answer is held back after the sandbox has
read its state, so that a later fetch may overtake it, which the sandbox's own latency (before the read) cannot show.
"""

import contextlib
import json
import random
import re
import threading
import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.flows.forwarding import Forwarding

# About as long as a step of a story: what was read before it may come in after what was read behind it.
_DELAY_SECONDS = (0.05, 0.4)
# Only a refresh of the object itself reads these, and two must not be under way at once: that is what leases are for.
_READ_UNDER_LEASE = re.compile(r"/v1/(?:invoices|refunds|disputes|credit_notes)/[A-Za-z0-9_]+(?=\?|$)")
_REFUSALS = {
    429: {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests."},
    500: {"type": "api_error", "message": "Something went wrong."},
}


class Line(ThreadingHTTPServer):
    """Forwards to `target`; while it is bad, some reads are slow and a few fail. Writes always pass."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.target = urlsplit(target).netloc
        self.chance = random.Random(0)
        self.overlaps: list[str] = []
        self._reading: set[str] = set()
        self._depth = 1
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @contextlib.contextmanager
    def bad(self, seed: int) -> Iterator[None]:
        self.chance, self._depth = random.Random(seed), 0
        try:
            yield
        finally:
            self._depth = 1

    @contextlib.contextmanager
    def good(self) -> Iterator[None]:
        """For calls of the test itself, which must not fail."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    @contextlib.contextmanager
    def reading(self, method: str, path: str) -> Iterator[None]:
        """Notes reads of one object that overlap. To be left before the answer goes out."""
        found = _READ_UNDER_LEASE.match(path) if method == "GET" else None
        if found is None:
            yield
            return
        with self._lock:
            if found[0] in self._reading:
                self.overlaps.append(found[0])
            self._reading.add(found[0])
        yield
        with self._lock:
            self._reading.discard(found[0])

    def fate(self, method: str) -> str:
        if method != "GET" or self._depth:
            return "pass"
        with self._lock:
            return self.chance.choices(["pass", "late", "429", "500", "cut"], weights=[71, 25, 1, 1, 2])[0]

    def delay(self) -> float:
        with self._lock:
            return self.chance.uniform(*_DELAY_SECONDS)


class _Call(Forwarding):
    server: Line

    def _forward(self) -> None:
        fate = self.server.fate(self.command)
        if fate == "cut":
            self.close_connection = True
            return
        if fate in ("429", "500"):
            self.answer(
                int(fate),
                [("Content-Type", "application/json")],
                json.dumps({"error": _REFUSALS[int(fate)]}).encode(),
            )
            return
        with self.server.reading(self.command, self.path):
            status, headers, body = self.ask(self.read_sent())
            if fate == "late":
                time.sleep(self.server.delay())
        self.answer(status, headers, body)

    do_GET = do_POST = do_DELETE = _forward
