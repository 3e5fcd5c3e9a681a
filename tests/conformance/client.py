"""Decides how the replay speaks to the sandbox: plain HTTP, so that nothing of a client library stands between."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

API_VERSION = "2026-05-27.dahlia"
START_SECONDS = 20
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    """One answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]


class Client:
    """One API key's view of a running sandbox."""

    def __init__(self, port: int, *, key: str = "sk_test_conformance") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._key = key

    def send(
        self, method: str, path: str, pairs: Pairs, *, query: Pairs | None = None, key: str | None = None
    ) -> Reply:
        """One call of the API; `key` is the idempotency key."""
        headers = {"Authorization": f"Bearer {self._key}", "Stripe-Version": API_VERSION}
        if key is not None:
            headers["Idempotency-Key"] = key
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        target = f"{path}?{urlencode(query)}" if query else path
        self._connection.request(method, target, urlencode(pairs) if method == "POST" else None, headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(status=answer.status, headers=names, body=json.loads(raw))

    def must(self, method: str, path: str, pairs: Pairs) -> dict[str, Any]:
        """A call that only prepares. Raises RuntimeError when it is refused."""
        reply = self.send(method, path, pairs)
        if reply.status != 200:
            raise RuntimeError(f"{method} {path} was refused: {reply.body}")
        return reply.body

    def control(self, name: str, body: dict[str, Any]) -> None:
        """One of the sandbox's own controls. Raises RuntimeError when it is refused."""
        self._connection.request("POST", f"/_sandbox/{name}", json.dumps(body), {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(f"{name} was refused: {text}")


@contextmanager
def running_sandbox(folder: Path) -> Iterator[int]:
    """A sandbox process of its own on a free port, its state in `folder`; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "stripe_sandbox", "--port", str(port), "--state", str(folder / "state.sqlite3")]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the sandbox did not start")
