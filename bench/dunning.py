"""Measures the pursuit of unpaid invoices on PostgreSQL: claims of due cases, and the sweep as cases pile up."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from bench.report import figure, median
from bench.stage import ROOT
from tests.servers.postgresql import PostgreSQL


@dataclass(frozen=True, slots=True)
class Sizes:
    due: int = 10_000
    few: int = 10_000
    many: int = 1_000_000
    pairs: int = 15
    rounds: int = 20


QUICK = Sizes(due=400, few=1000, many=5000, pairs=1, rounds=5)


def measure(*, is_quick: bool) -> None:
    """Print one figure for the claims and one for the sweep, whose ratio is that of pairs measured in turn."""
    sizes = QUICK if is_quick else Sizes()
    with (
        tempfile.TemporaryDirectory() as folder,
        PostgreSQL() as database,
        _worker(database, "few", cases=sizes.few, folder=folder) as few,
        _worker(database, "many", cases=sizes.many, folder=folder) as many,
    ):
        pairs = [[_ask(who, "sweep", sizes.rounds) for who in (few, many)] for _ in range(sizes.pairs)]
        rates = [_ask(who, "claim", sizes.due) for who in (few, many)]
    figure(
        "dunning_claim",
        cases_per_second=rates[1],
        cases_per_second_among_few=rates[0],
        due=sizes.due,
        cases=sizes.many,
        few=sizes.few,
    )
    figure(
        "dunning_sweep",
        ratio=median([among_many / among_few for among_few, among_many in pairs]),
        ms=median([among_many for _, among_many in pairs]),
        ms_among_few=median([among_few for among_few, _ in pairs]),
        cases=sizes.many,
        few=sizes.few,
    )


@contextmanager
def _worker(database: PostgreSQL, name: str, *, cases: int, folder: str) -> Iterator["subprocess.Popen[str]"]:
    """A process with a database of its own, filled with so many cases."""
    with psycopg.connect(database.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "ENVIRONMENT": "development",
        "DEBUG": "false",
        "LOG_LEVEL": "ERROR",
        "BILLING_DATA_DIR": folder,
        "DATABASE_URL": database.url_of(name),
        # Not the sandbox, whose clock would be asked: no call is made with it.
        "STRIPE_SECRET_KEY": "sk_test_never_used",
        "START_TOKEN": "",
    }
    words = [sys.executable, "-m", "bench.cases", str(cases)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, cwd=ROOT, env=environment, **pipes) as process:  # type: ignore[call-overload]
        if _answer(process) != "ready":
            raise RuntimeError(f"The worker among {name} cases did not start.")
        yield process


def _ask(process: "subprocess.Popen[str]", word: str, number: int) -> float:
    assert process.stdin is not None  # noqa: S101  # It is a pipe.
    process.stdin.write(f"{word} {number}\n")
    process.stdin.flush()
    return float(_answer(process))


def _answer(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None  # noqa: S101  # It is a pipe.
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("A worker ended before it answered.")
    return line.strip()
