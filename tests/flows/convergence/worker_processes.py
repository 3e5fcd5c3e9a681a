"""Real Celery workers, started as `Procfile` starts them, on the database and the broker of the test."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.flows.convergence.workers import end_waits, left_to_do
from webhooks.tasks import process_inbox

_ROOT = Path(__file__).resolve().parents[3]
_PROCESSES = 2
_THREADS = "2"
_LONGEST_SECONDS = 120.0


@contextmanager
def at_work(log: Path) -> Iterator[None]:
    """Two processes of two threads each."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "billing_project", "worker", "--pool", "threads"]
    command += ["--concurrency", _THREADS, "--without-gossip", "--without-mingle", "--loglevel", "warning"]
    environment = {**os.environ, "DATABASE_URL": _test_database_url(), "STRIPE_SANDBOX_URL": settings.SANDBOX_URL}
    with log.open("wb") as output:
        processes = [
            subprocess.Popen(
                [*command, "--hostname", f"{number}@here"], cwd=_ROOT, env=environment, stdout=output, stderr=output
            )
            for number in range(_PROCESSES)
        ]
        try:
            yield
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=60)


def finish() -> None:
    """Wake the workers as beat does until nothing is left."""
    ends_at = time.monotonic() + _LONGEST_SECONDS
    while left := left_to_do():
        assert time.monotonic() < ends_at, f"not done after {_LONGEST_SECONDS:.0f} s: {left}"
        process_inbox.delay()
        process_inbox.delay()
        end_waits()
        time.sleep(0.5)


def _test_database_url() -> str:
    here = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{here['NAME']}"
    login = f"{here['USER']}:{here['PASSWORD']}@" if here["PASSWORD"] else f"{here['USER']}@"
    return f"postgres://{login}{here['HOST']}:{here['PORT']}/{here['NAME']}"
