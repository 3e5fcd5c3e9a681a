"""Measures the sandbox: simple reads and writes beside a bare peer in the same run, its start, a year of customers.

`python -m bench.sandbox [--calls 1000] [--customers 100]`. Figures of one machine compare with nothing but the peer.
"""

import argparse
import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.report import figure

HEADERS = {"Authorization": "Bearer sk_test_bench", "Content-Type": "application/x-www-form-urlencoded"}
SANDBOX = ["-m", "stripe_sandbox", "--port", "{port}", "--state", "{state}"]
PEER = ["-m", "bench.peer", "{port}", "{state}"]


class Server:
    """One running process, spoken to over one connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def call(self, method: str, path: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call. Raises RuntimeError for an answer that is no success."""
        self._connection.request(method, path, urlencode(form or {}) if method == "POST" else None, HEADERS)
        return self._answer(path)

    def control(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """One of the sandbox's own controls."""
        self._connection.request("POST", f"/_sandbox/{name}", json.dumps(body))
        return self._answer(name)

    def _answer(self, path: str) -> dict[str, Any]:
        answer = self._connection.getresponse()
        body: dict[str, Any] = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body}")
        return body


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[tuple[Server, float]]:
    """The process on a free port, and the seconds until it answered."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    state = folder / f"{port}.sqlite3"
    words = [word.format(port=port, state=state) for word in command]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *words])
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError("the process ended before it answered") from None
                time.sleep(0.01)
        yield Server(port), time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(timeout=10)


def median_milliseconds(server: Server, *, calls: int) -> tuple[float, float]:
    """Median time of a write and of a read, one after the other on one connection."""
    writes, reads = [], []
    for number in range(calls):
        started = time.perf_counter()
        name = server.call("POST", "/v1/customers", {"name": f"Ada {number}", "email": "ada@example.org"})["id"]
        writes.append(time.perf_counter() - started)
        started = time.perf_counter()
        server.call("GET", f"/v1/customers/{name}")
        reads.append(time.perf_counter() - started)
    return statistics.median(writes) * 1000, statistics.median(reads) * 1000


def year_seconds(server: Server, *, customers: int) -> tuple[float, int]:
    """Seconds for a year of monthly subscriptions, and how many invoices that made."""
    product = server.call("POST", "/v1/products", {"name": "Plan"})["id"]
    form = {"product": product, "currency": "usd", "unit_amount": 1900, "recurring[interval]": "month"}
    price = server.call("POST", "/v1/prices", form)["id"]
    for _ in range(customers):
        customer = server.call("POST", "/v1/customers", {"name": "Ada"})["id"]
        method = server.call("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": customer})["id"]
        form = {"customer": customer, "items[0][price]": price, "default_payment_method": method}
        server.call("POST", "/v1/subscriptions", form)
    started = time.perf_counter()
    server.control("clock", {"advance": "P365D"})
    seconds = time.perf_counter() - started
    kinds = server.call("GET", "/_sandbox/state")["accounts"].values()
    return seconds, sum(counts.get("invoice", 0) for counts in kinds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.sandbox", description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--customers", type=int, default=100)
    options = parser.parse_args()
    _measure(calls=options.calls, customers=options.customers)


def measure(*, is_quick: bool) -> None:
    """As one of the measurements of `python -m bench`."""
    _measure(calls=50 if is_quick else 500, customers=5 if is_quick else 100)


def _measure(*, calls: int, customers: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(PEER, folder) as (peer, _), running(SANDBOX, folder) as (sandbox, start_seconds):
            peer_write, peer_read = median_milliseconds(peer, calls=calls)
            write, read = median_milliseconds(sandbox, calls=calls)
        with running(SANDBOX, folder) as (sandbox, _):
            seconds, invoices = year_seconds(sandbox, customers=customers)
    figure("sandbox_start", seconds=start_seconds)
    figure("sandbox_write", ratio_to_bare_peer=write / peer_write, p50_ms=write, peer_p50_ms=peer_write, calls=calls)
    figure("sandbox_read", ratio_to_bare_peer=read / peer_read, p50_ms=read, peer_p50_ms=peer_read, calls=calls)
    figure("sandbox_year", seconds=seconds, customers=customers, invoices=invoices)


if __name__ == "__main__":
    main()
