"""Business time follows the sandbox's clock over HTTP and survives every way in which that can fail."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from billing import clock

NEAR = timedelta(seconds=5)
FROZEN_AT = datetime(2027, 2, 28, 23, 59, 59, tzinfo=UTC)


@dataclass
class ClockServer:
    """A server that answers as the sandbox's clock does, or with whatever bytes a test puts there."""

    body: bytes = b""
    status: int = 200
    raw: bytes = b""
    delay_seconds: float = 0.0
    paths: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def show(self, *, offset: timedelta = timedelta(0), frozen_at: datetime | None = None) -> None:
        now = frozen_at or timezone.now() + offset
        self.body = json.dumps(
            {"now": now.timestamp(), "offset_seconds": offset.total_seconds(), "is_frozen": frozen_at is not None}
        ).encode()


@pytest.fixture
def server(settings) -> Iterator[ClockServer]:
    shown = ClockServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.paths.append(self.path)
            shown.stopped.wait(shown.delay_seconds)
            if shown.raw:
                self.wfile.write(shown.raw)
                return
            self.send_response(shown.status)
            self.send_header("Content-Length", str(len(shown.body)))
            self.end_headers()
            self.wfile.write(shown.body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    settings.SANDBOX_URL = f"http://127.0.0.1:{http.server_port}"
    _forget(shown)
    yield shown
    shown.stopped.set()
    settings.SANDBOX_URL, settings.USES_SANDBOX = f"http://127.0.0.1:{http.server_port}", True
    _forget(shown)
    http.shutdown()
    thread.join()
    http.server_close()


def _forget(shown: ClockServer) -> None:
    """Have the module read an offset of nothing, so that no test inherits another's time."""
    shown.raw, shown.status = b"", 200
    shown.show()
    clock.reread()
    clock.business_now()
    clock.reread()
    shown.paths.clear()


def _is_near(moment: datetime, expected: datetime) -> bool:
    return abs(moment - expected) < NEAR


def test_business_time_is_system_time_plus_the_sandboxs_offset(server: ClockServer) -> None:
    server.show(offset=timedelta(days=400))

    now = clock.business_now()

    assert server.paths == ["/_sandbox/clock"]
    assert now.utcoffset() == timedelta(0)
    assert _is_near(now, timezone.now() + timedelta(days=400))


def test_business_time_runs_on_between_two_looks(server: ClockServer) -> None:
    server.show(offset=timedelta(days=1))

    seen = [clock.business_now() for _ in range(200)]

    assert seen == sorted(set(seen))
    assert len(server.paths) < 100, "the sandbox was asked at every look"


def test_a_frozen_clock_stands_still(server: ClockServer) -> None:
    server.show(frozen_at=FROZEN_AT)

    assert [clock.business_now(), clock.business_now()] == [FROZEN_AT, FROZEN_AT]


def test_a_clock_that_is_let_go_runs_again(server: ClockServer) -> None:
    server.show(frozen_at=FROZEN_AT)
    clock.business_now()

    server.show(offset=timedelta(days=3))
    clock.reread()

    assert _is_near(clock.business_now(), timezone.now() + timedelta(days=3))


def test_the_answer_is_kept_for_a_fifth_of_a_second_at_most(server: ClockServer) -> None:
    clock.business_now()
    server.show(offset=timedelta(days=30))

    threading.Event().wait(0.25)

    assert _is_near(clock.business_now(), timezone.now() + timedelta(days=30))


def test_whoever_moves_the_clock_sees_the_new_time_at_once(server: ClockServer) -> None:
    clock.business_now()
    server.show(offset=timedelta(days=30))

    clock.reread()

    assert _is_near(clock.business_now(), timezone.now() + timedelta(days=30))


def test_an_unreachable_sandbox_leaves_the_last_offset(server: ClockServer, settings) -> None:
    server.show(offset=timedelta(days=90))
    clock.business_now()

    with socket.socket() as refusing:
        refusing.bind(("127.0.0.1", 0))
        settings.SANDBOX_URL = f"http://127.0.0.1:{refusing.getsockname()[1]}"
        clock.reread()
        now = clock.business_now()

    assert _is_near(now, timezone.now() + timedelta(days=90))


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"status": 404},
        {"body": b"<html>"},
        {"body": b"null"},
        {"body": b"[]"},
        {"body": b"{}"},
        {"body": b'{"offset_seconds": "soon", "now": 1, "is_frozen": false}'},
        {"body": b'{"offset_seconds": 1e300, "now": 1, "is_frozen": false}'},
        {"body": b'{"offset_seconds": 7, "now": 1e300, "is_frozen": true}'},
        {"body": b"\xff\xfe\xfa"},
        {"raw": b"this is not HTTP\r\n\r\n"},
        {"raw": b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"},
        {"delay_seconds": 3.0},
    ],
    ids=str,
)
def test_a_wrong_answer_never_raises_and_leaves_the_last_offset(server: ClockServer, answer: dict) -> None:
    server.show(offset=timedelta(days=90))
    clock.business_now()
    for name, value in answer.items():
        setattr(server, name, value)

    clock.reread()
    now = clock.business_now()

    assert len(server.paths) == 2
    assert _is_near(now, timezone.now() + timedelta(days=90))


def test_a_sandbox_that_hangs_costs_half_a_second(server: ClockServer) -> None:
    server.delay_seconds = 3.0

    began_at = timezone.now()
    clock.business_now()

    assert timezone.now() - began_at < timedelta(seconds=1.5)


def test_without_the_sandbox_business_time_is_system_time_and_nobody_is_asked(server: ClockServer, settings) -> None:
    server.show(offset=timedelta(days=90))
    settings.USES_SANDBOX = False

    now = clock.business_now()

    assert _is_near(now, timezone.now())
    assert server.paths == []


def test_system_time_never_follows_the_sandbox(server: ClockServer) -> None:
    server.show(offset=timedelta(days=90))
    clock.business_now()

    assert _is_near(clock.system_now(), timezone.now())
