"""A sandbox process that is killed in the middle loses nothing."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from stripe_sandbox import API_VERSION
from tests.stripe_sandbox import receiver as receivers
from tests.stripe_sandbox.receiver import Receiver

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk_test_sandbox"


@pytest.fixture
def own_receiver() -> Iterator[Receiver]:
    receiver, server = receivers.start()
    yield receiver
    server.shutdown()
    server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def control(port: int, name: str, body: dict[str, Any] | None = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_sandbox/{name}", data=data, timeout=10) as answer:
        return json.load(answer)


@pytest.fixture
def start(tmp_path: Path, own_receiver: Receiver) -> Iterator[Callable[[], tuple[subprocess.Popen[bytes], int]]]:
    """Start a sandbox process on the test's one state file; all are ended with the test."""
    processes: list[subprocess.Popen[bytes]] = []
    port = free_port()

    def run() -> tuple[subprocess.Popen[bytes], int]:
        command = [sys.executable, "-m", "stripe_sandbox", "--port", str(port)]
        command += ["--state", str(tmp_path / "state.sqlite3"), "--webhook"]
        process = subprocess.Popen([*command, f"{own_receiver.url}={own_receiver.secret}"], cwd=ROOT)
        processes.append(process)
        ends_at = time.monotonic() + 20
        while time.monotonic() < ends_at:
            try:
                control(port, "health")
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
            else:
                return process, port
        pytest.fail("the sandbox did not start")

    yield run
    for process in processes:
        process.kill()
        process.wait()


def sdk(port: int) -> Any:
    return stripe.StripeClient(
        KEY, base_addresses={"api": f"http://127.0.0.1:{port}"}, stripe_version=API_VERSION, max_network_retries=0
    ).v1


def test_killed_process_comes_back_with_state_clock_keys_and_deliveries(
    start: Callable[[], tuple[subprocess.Popen[bytes], int]], own_receiver: Receiver
) -> None:
    process, port = start()
    control(port, "clock", {"advance": "P10D"})
    control(port, "webhooks/pause", {})
    customer = sdk(port).customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})
    before = control(port, "clock")

    process.send_signal(signal.SIGKILL)
    process.wait()
    start()

    replayed = sdk(port).customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})
    after = control(port, "clock")
    ends_at = time.monotonic() + 10
    while not own_receiver.received and time.monotonic() < ends_at:
        time.sleep(0.02)
    assert replayed.id == customer.id
    assert len(sdk(port).customers.list().data) == 1
    assert after["offset_seconds"] == pytest.approx(before["offset_seconds"], abs=5)
    assert own_receiver.types == ["customer.created"]


def test_process_that_was_off_does_what_fell_due_meanwhile(
    start: Callable[[], tuple[subprocess.Popen[bytes], int]], own_receiver: Receiver
) -> None:
    process, port = start()
    client = sdk(port)
    product = client.products.create({"name": "Starter"})
    line = {"price_data": {"currency": "usd", "product": product.id, "unit_amount": 500}, "quantity": 1}
    session = client.checkout.sessions.create(
        {"mode": "payment", "success_url": "http://127.0.0.1:9/", "line_items": [line]}
    )
    control(port, "clock", {"set": session.expires_at - 1})

    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(1.5)
    start()

    ends_at = time.monotonic() + 10
    while "checkout.session.expired" not in own_receiver.types and time.monotonic() < ends_at:
        time.sleep(0.02)
    assert client.checkout.sessions.retrieve(session.id).status == "expired"
    assert "checkout.session.expired" in own_receiver.types
