"""The product's own processes, started with the lines of the Procfile on the database of the test, and killed.

Each is the leader of a group of its own, so that a signal reaches its children and nobody else's.
"""

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.webhooks.deliveries import SECRET

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 60.0
_DEATH_SECONDS = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """The address of the database that the test itself uses."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


class Program:
    """One line of the Procfile. `settings` are environment variables; the rest is that of the tests."""

    def __init__(self, line: str, *, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.log = folder / f"{line}.log"
        self._command = self._words(line)
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "BILLING_DATA_DIR": str(folder),
            "CELERY_BROKER_URL": f"sqla+sqlite:///{folder / 'broker.sqlite3'}",
            "STRIPE_WEBHOOK_SECRETS": SECRET,
            "PYTHONFAULTHANDLER": "1",
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def _words(self, line: str) -> list[str]:
        lines = dict(text.split(": exec ", 1) for text in (ROOT / "Procfile").read_text().splitlines())
        words = shlex.split(lines[line].replace("$PORT", str(self.port)))
        return [sys.executable if word == "python" else word for word in words]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def signal_all(self, number: int) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """`kill -9` for the process and its children: nothing of it can say goodbye."""
        if self.process is None:
            return
        self.signal_all(signal.SIGKILL)
        self.process.wait(timeout=_DEATH_SECONDS)
        ends_at = time.monotonic() + _DEATH_SECONDS
        while self._memory_kib() and time.monotonic() < ends_at:
            time.sleep(0.02)  # Until then they hold the port and the locks.

    def _memory_kib(self) -> list[int]:
        """What each process of the group keeps in memory; a dead one keeps nothing."""
        assert self.process is not None
        listed = subprocess.run(["ps", "-eo", "pgid=,rss="], check=True, capture_output=True, text=True).stdout
        pairs = [line.split() for line in listed.splitlines()]
        return [int(kib) for group, kib in pairs if int(group) == self.process.pid and int(kib)]


class WebServer(Program):
    """The web process behind its port."""

    def __init__(self, *, folder: Path, **settings: str) -> None:
        super().__init__("web", folder=folder, **settings)

    def start(self) -> None:
        super().start()
        ends_at = time.monotonic() + START_SECONDS
        while time.monotonic() < ends_at and self.process is not None and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.settimeout(10)
                line.sendall(b"HEAD /webhooks/stripe/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                if b" 405 " in line.recv(100):
                    return
            time.sleep(0.05)
        pytest.fail(f"The web server did not start:\n{self.log.read_text()[-3000:]}")

    @property
    def resident_mib(self) -> float:
        """The memory of the server and its children."""
        return sum(self._memory_kib()) / 1024
