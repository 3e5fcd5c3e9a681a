"""What only a real server and a real line show: bodies in chunks, bodies that never end, headers without one."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.webhooks.deliveries import ADDRESS, event_body, signature
from tests.webhooks.fault_matrix.load import post_once
from tests.webhooks.fault_matrix.programs import WebServer
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db(transaction=True)

MIB = 1024 * 1024
THREADS = 8  # Those of the Procfile.


def head(method: str = "POST", **headers: str) -> bytes:
    lines = [f"{method} {ADDRESS} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunked(body: bytes, *, size: int) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def exchange(port: int, sent: bytes) -> bytes:
    """All that the server says before it hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(sent)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
        return answer


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@contextmanager
def slow_senders(port: int, *, count: int) -> Iterator[list[socket.socket]]:
    """Connections whose body has begun and does not go on."""
    with ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(count)]
        for line in lines:
            line.sendall(head(Content_Length="1000", Stripe_Signature="t=1,v1=0") + b"{")
        time.sleep(0.3)  # Until each has a thread.
        yield lines


@pytest.mark.fault("X6")
@pytest.mark.parametrize("size", [7, 5000])
def test_a_body_in_chunks_without_a_length_is_taken(standing_web: WebServer, size: int) -> None:
    body = event_body("evt_in_chunks")

    answer = exchange(
        standing_web.port,
        head(Transfer_Encoding="chunked", Stripe_Signature=signature(body)) + chunked(body, size=size),
    )

    assert status_of(answer) == 200
    assert bytes(InboxEvent.objects.get().body) == body


@pytest.mark.fault("X6")
def test_a_body_in_chunks_is_read_only_up_to_the_limit(standing_web: WebServer) -> None:
    body = event_body(obj={"id": "cus_1", "padding": "x" * (2 * MIB)})

    answer = exchange(
        standing_web.port,
        head(Transfer_Encoding="chunked", Stripe_Signature=signature(body)) + chunked(body, size=60_000),
    )

    assert status_of(answer) == 413
    assert not InboxEvent.objects.exists()


@pytest.mark.fault("X6", "W19")
@pytest.mark.parametrize("broken", [b"zz\r\n", b"5\r\nab", b"-1\r\n\r\n"])
def test_broken_chunks_are_refused_and_never_an_error_of_ours(standing_web: WebServer, broken: bytes) -> None:
    with socket.create_connection(("127.0.0.1", standing_web.port), timeout=20) as line:
        line.sendall(head(Transfer_Encoding="chunked", Stripe_Signature="t=1,v1=0") + broken)
        line.shutdown(socket.SHUT_WR)
        answer = line.recv(65536)

    assert status_of(answer) == 400


@pytest.mark.fault("X8")
def test_a_question_for_the_headers_gets_no_body(standing_web: WebServer) -> None:
    headers, _, body = exchange(standing_web.port, head("HEAD")).partition(b"\r\n\r\n")

    assert status_of(headers) == 405
    assert b"Allow: POST" in headers
    assert body == b""


@pytest.mark.fault("X6")
def test_slow_senders_hold_no_other_delivery(standing_web: WebServer) -> None:
    with slow_senders(standing_web.port, count=THREADS - 2):
        answers = [post_once(standing_web.port, event_body(f"evt_{number}")) for number in range(20)]

    assert {status for status, _ in answers} == {200}
    assert max(seconds for _, seconds in answers) < 1


@pytest.mark.fault("X6")
def test_a_sender_that_falls_silent_is_let_go(standing_web: WebServer) -> None:
    with slow_senders(standing_web.port, count=THREADS) as lines:
        status, seconds = post_once(standing_web.port, event_body("evt_behind_them"))
        refused = {status_of(line.recv(1000)) for line in lines}

    assert status == 200
    assert seconds < 15
    assert refused == {400}


@pytest.mark.fault("X6", "X30", "W18")
def test_a_flood_of_large_unsigned_bodies_takes_no_memory(standing_web: WebServer) -> None:
    large = event_body(obj={"id": "cus_1", "padding": "x" * 100_000})
    larger = event_body(obj={"id": "cus_1", "padding": "x" * (3 * MIB)})
    unsigned = {"Stripe_Signature": "t=1,v1=0"}
    exchange(standing_web.port, head(Content_Length=str(len(large)), **unsigned) + large)
    before = standing_web.resident_mib

    statuses = {
        status_of(exchange(standing_web.port, head(Content_Length=str(len(large)), **unsigned) + large))
        for _ in range(50)
    }
    statuses |= {
        status_of(
            exchange(standing_web.port, head(Transfer_Encoding="chunked", **unsigned) + chunked(larger, size=MIB))
        )
        for _ in range(5)
    }

    assert statuses == {400, 413}
    assert standing_web.resident_mib - before < 20
    assert not InboxEvent.objects.exists()
