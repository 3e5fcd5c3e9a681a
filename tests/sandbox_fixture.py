"""The fixture `sandbox`: a real sandbox process, on the port that the settings name, emptied for each test.

Loaded by `-p` in pyproject.toml. The settings, the gateway and dj-stripe agree on the address without any patching,
because tests.environment chose the port before they were read.
"""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

_START_SECONDS = 20.0
_ANSWER_SECONDS = 30.0
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Sandbox:
    """What a test does to the sandbox beside talking Stripe's API to it. Times are UTC."""

    url: str

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send JSON to a control address and return its JSON."""
        request = urllib.request.Request(
            f"{self.url}{path}",
            method=method,
            data=json.dumps(body or {}).encode() if method != "GET" else None,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:
            return json.loads(answer.read() or b"null")

    def reset(self) -> None:
        self.ask("POST", "/_sandbox/reset")

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ask("GET", "/_sandbox/clock")["now"], tz=UTC)

    def advance(self, duration: str) -> None:
        """Move billing time forward by an ISO 8601 duration (`P35D`); everything due has happened on return."""
        self.ask("POST", "/_sandbox/clock", {"advance": duration})

    def fault(self, name: str, *, times: int = 1, **more: Any) -> None:
        """Plan a fault for the next calls that `match` ({"method", "path", "type"}) fits."""
        self.ask("POST", "/_sandbox/faults", {"fault": name, "times": times, **more})

    def requests(self, *, limit: int = 100) -> Any:
        """The latest calls of Stripe's API under `data`, the newest first."""
        return self.ask("GET", f"/_sandbox/requests?limit={limit}")

    def deliveries(self, *, limit: int = 100) -> Any:
        """The latest deliveries of webhooks under `data`, the newest first."""
        return self.ask("GET", f"/_sandbox/deliveries?limit={limit}")


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The running sandbox, delivering webhooks to the address at which `live_server` listens."""
    from django.conf import settings  # Settings are ready only once the session has begun.

    folder = tmp_path_factory.mktemp("sandbox")
    webhook = f"{settings.SITE_URL}/webhooks/stripe/={settings.STRIPE_WEBHOOK_SECRETS[0]}"
    command = [sys.executable, "-m", "stripe_sandbox", "--port", str(settings.SANDBOX_PORT)]
    command += ["--state", str(folder / "sandbox.sqlite3"), "--webhook", webhook]
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=_ROOT, stdout=log, stderr=log)
        try:
            _wait_until_healthy(process, url=settings.SANDBOX_URL, log=folder / "sandbox.log")
            yield Sandbox(settings.SANDBOX_URL)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Iterator[Sandbox]:
    """The sandbox without any object, fault or clock offset. Tests that use it need `django_db(transaction=True)`."""
    sandbox_process.reset()
    sandbox_process.ask("DELETE", "/_sandbox/faults")
    yield sandbox_process
    sandbox_process.reset()  # A delivery that came after the test would meet a closed database.


def _wait_until_healthy(process: subprocess.Popen[bytes], *, url: str, log: Path) -> None:
    ends_at = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends_at and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_sandbox/health", timeout=1) as answer:
                if json.load(answer)["status"] == "ok":
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    pytest.fail(f"The sandbox did not start:\n{log.read_text()[-3000:]}")
