"""Sets up what is measured: PostgreSQL, Redis, a Stripe in memory, and the product's own web server and worker."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.events import SECRET
from bench.small_stripe import SmallStripe
from tests.servers.postgresql import PostgreSQL
from tests.servers.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[1]
PROCFILE = ROOT / "Procfile"
# The Procfile's web server has one process because SQLite has one writer; PostgreSQL has not.
_ON_POSTGRESQL = ["--workers", "2", "--threads", "4"]
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs for one figure. `environment` is that of the product's processes."""

    database: PostgreSQL
    stripe: SmallStripe
    environment: dict[str, str]

    @property
    def database_pid(self) -> int:
        assert self.database.process is not None  # noqa: S101  # It was started.
        return self.database.process.pid

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[tuple[int, ...]]]:
        with psycopg.connect(self.database.url, autocommit=True) as connection:
            yield connection

    @contextmanager
    def web(self) -> Iterator[tuple[int, int]]:
        """The product's web server with the Procfile's options: (port, pid)."""
        port = free_port()
        words = shlex.split(_line_of_procfile("web").replace("$PORT", str(port)))
        with self._running([*words, *_ON_POSTGRESQL]) as process:
            _wait_for(port, process)
            yield port, process.pid

    @contextmanager
    def worker(self) -> Iterator[int]:
        """The product's Celery worker with the Procfile's options: its pid."""
        with self._running(shlex.split(_line_of_procfile("worker"))) as process:
            yield process.pid

    @contextmanager
    def beat(self) -> Iterator[int]:
        """The product's schedule: its pid."""
        with self._running(shlex.split(_line_of_procfile("beat"))) as process:
            yield process.pid

    @contextmanager
    def _running(self, words: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        # Standard output belongs to the figures.
        process = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=self.environment, stdout=sys.stderr)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def stage(*, subscriptions: int) -> Iterator[Stage]:
    """A product that knows this many subscriptions, as a running installation would. Raises ServerFailed."""
    stripe = SmallStripe(subscriptions=subscriptions)
    with tempfile.TemporaryDirectory() as folder, PostgreSQL() as database, RedisServer() as broker, stripe:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "ENVIRONMENT": "development",
            "DEBUG": "false",
            "LOG_LEVEL": "ERROR",
            "BILLING_DATA_DIR": folder,
            "DATABASE_URL": database.url,
            "CELERY_BROKER_URL": broker.url,
            "STRIPE_SECRET_KEY": "",
            "STRIPE_SANDBOX_URL": stripe.url,
            "STRIPE_WEBHOOK_SECRETS": SECRET,
            "START_TOKEN": "",
            "PYTHONDONTWRITEBYTECODE": "",
        }
        prepare = [sys.executable, "-m", "bench.prepare", str(subscriptions)]
        subprocess.run(prepare, cwd=ROOT, env=environment, stdout=sys.stderr, check=True)
        yield Stage(database, stripe, environment)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _line_of_procfile(name: str) -> str:
    """The arguments of Python in that line."""
    lines = dict(line.split(": ", 1) for line in PROCFILE.read_text().splitlines())
    return lines[name].removeprefix("exec python ")


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < ends_at:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The web server did not start.")
