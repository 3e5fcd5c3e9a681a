"""Sends prepared HTTP requests over kept connections and times the answers; it must not know what they say.

Closed loop (each connection sends when it is answered) for capacity; open loop (a fixed rate, timed from the moment
at which a request was due) for latency: a server that falls behind is not spared by a client that waits for it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Request = bytes | Callable[[], bytes]
"""The bytes to send, or what makes them at the moment of sending."""


@dataclass(slots=True)
class Outcome:
    """`seconds` are those from due (or sent) to answered, in the order of the answers."""

    elapsed_seconds: float = 0.0
    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.elapsed_seconds

    @property
    def refused(self) -> int:
        """Answers that were no success."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)


def closed_loop(port: int, requests: Sequence[Request], *, connections: int) -> Outcome:
    """All requests, as fast as they are answered."""
    return asyncio.run(_Load(port, connections).run(requests, per_second=0))


def open_loop(port: int, requests: Sequence[Request], *, connections: int, per_second: float) -> Outcome:
    """All requests at a fixed rate."""
    return asyncio.run(_Load(port, connections).run(requests, per_second=per_second))


class _Load:
    def __init__(self, port: int, connections: int) -> None:
        self.port = port
        self.waiting: deque[tuple[float, Request]] = deque()
        self.idle: deque[_Connection] = deque()
        self.outcome = Outcome()
        self.expected = 0
        self.finished = asyncio.Event()
        self._connections = connections

    async def run(self, requests: Sequence[Request], *, per_second: float) -> Outcome:
        self.expected = len(requests)
        for _ in range(self._connections):
            await self.connect()
        started = time.perf_counter()
        for number, request in enumerate(requests):
            due = started + number / per_second if per_second else started
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self.waiting.append((due if per_second else 0.0, request))
            self.feed()
        await asyncio.wait_for(self.finished.wait(), timeout=300)
        self.outcome.elapsed_seconds = time.perf_counter() - started
        while self.idle:
            self.idle.popleft().close()
        return self.outcome

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self.port)
        self.idle.append(connection)
        self.feed()

    def feed(self) -> None:
        while self.waiting and self.idle:
            due, request = self.waiting.popleft()
            self.idle.popleft().send(due or time.perf_counter(), request)

    def answered(self, connection: "_Connection", *, due: float, status: int) -> None:
        self.outcome.seconds.append(time.perf_counter() - due)
        self.outcome.statuses[status] = self.outcome.statuses.get(status, 0) + 1
        self.idle.append(connection)
        if len(self.outcome.seconds) == self.expected:
            self.finished.set()
        self.feed()

    def lost(self, connection: "_Connection", unanswered: tuple[float, Request] | None) -> None:
        """A server may close a connection that rests: what was not answered is sent again on a new one."""
        if self.finished.is_set():
            return
        if connection in self.idle:
            self.idle.remove(connection)
        if unanswered:
            self.waiting.appendleft(unanswered)
        self._reconnecting = asyncio.ensure_future(self.connect())


class _Connection(asyncio.Protocol):
    def __init__(self, load: _Load) -> None:
        self._load = load
        self._buffer = b""
        self._open: tuple[float, Request] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # A TCP connection has one that writes.
        self._transport = transport

    def send(self, due: float, request: Request) -> None:
        self._open = (due, request)
        self._transport.write(request if isinstance(request, bytes) else request())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _content_length(head) or self._open is None:
            return
        due, self._open, self._buffer = self._open[0], None, b""
        self._load.answered(self, due=due, status=int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.lost(self, self._open)

    def close(self) -> None:
        self._transport.close()


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0
