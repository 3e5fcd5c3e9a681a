"""A started product and what a test does to it from outside: read its output and its mails, kill and stop it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.flows.storage import Storage

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO_EMAIL = "demo@tidewater.example"
DEMO_PASSWORD = "harbour-lights-42"
_START_SECONDS = 120.0
_DEATH_SECONDS = 10.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    data: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    storage: Storage
    pids: dict[str, int] = field(default_factory=dict)

    @classmethod
    def start(cls, data: Path) -> "Running":
        """Start the launcher and wait for its "ready" line."""
        data.mkdir(exist_ok=True)
        ports = data / "ports.json"
        if not ports.exists():
            ports.write_text(json.dumps({"PORT": str(_free_port()), "SANDBOX_PORT": str(_free_port())}))
        chosen = json.loads(ports.read_text())
        storage = Storage.of(data)
        sandbox_url = f"http://127.0.0.1:{chosen['SANDBOX_PORT']}"
        environment = {
            **os.environ,
            **chosen,
            "BILLING_DATA_DIR": str(data),
            "DEBUG": "true",
            "SITE_URL": f"http://127.0.0.1:{chosen['PORT']}",
            "STRIPE_SANDBOX_URL": sandbox_url,
            "CELERY_BROKER_URL": storage.broker_url,
            "DATABASE_URL": storage.database_url,
            "REFRESH_LEASE_SECONDS": "17",
        }
        with (data / "output.log").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "billing_project.launcher"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        running = cls(data, environment, process, storage)
        running._wait_until_ready(beyond=(data / "seen").read_text() if (data / "seen").exists() else "0")
        return running

    @property
    def url(self) -> str:
        return self.environment["SITE_URL"]

    @property
    def sandbox_url(self) -> str:
        return self.environment["STRIPE_SANDBOX_URL"]

    def _wait_until_ready(self, *, beyond: str) -> None:
        ends_at = time.monotonic() + _START_SECONDS
        while time.monotonic() < ends_at and self.process.poll() is None:
            output = (self.data / "output.log").read_text()[int(beyond) :]
            if "ready: " in output:
                self.pids = {name: int(pid) for name, pid in re.findall(r"\| (\w+) started \(pid=(\d+)\)", output)}
                (self.data / "seen").write_text(str(len((self.data / "output.log").read_text())))
                return
            time.sleep(0.2)
        pytest.fail("The product did not start:\n" + (self.data / "output.log").read_text()[-3000:])

    def sandbox(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.sandbox_url}{path}",
            method=method,
            data=json.dumps(body or {}).encode() if method != "GET" else None,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def manage(self, *arguments: str) -> str:
        """Run a management command against the running product's data and return its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=170,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the product's database now, read past its processes."""
        return self.storage.rows(query)

    def latest_mail(self) -> str:
        files = sorted((self.data / "mail").iterdir(), key=lambda file: file.stat().st_mtime_ns)
        return files[-1].read_text()

    def mails(self) -> str:
        return "\n".join(file.read_text() for file in (self.data / "mail").iterdir())

    def kill(self, *names: str) -> None:
        """`kill -9`, as a machine that loses power would."""
        for name in names:
            os.kill(self.pids[name], signal.SIGKILL)

    def crash(self) -> None:
        """The launcher and all its children at once."""
        os.kill(self.process.pid, signal.SIGKILL)
        for pid in self.pids.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=20)
        ends_at = time.monotonic() + _DEATH_SECONDS
        while any(Path(f"/proc/{pid}").exists() for pid in self.pids.values()) and time.monotonic() < ends_at:
            time.sleep(0.05)  # A killed process holds its port until the system has taken it away.

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.crash()
        for pid in self.pids.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
