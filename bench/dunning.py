"""Measures the pursuit of unpaid invoices on PostgreSQL: claims of due cases, and the sweep as cases pile up."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from bench.report import figure
from bench.stage import ROOT
from tests.servers.postgresql import PostgreSQL


@dataclass(frozen=True, slots=True)
class Sizes:
    due: int = 10_000
    few: int = 10_000
    many: int = 1_000_000
    rounds: int = 100


QUICK = Sizes(due=400, few=1000, many=5000, rounds=5)


def measure(*, is_quick: bool) -> None:
    """Print one figure for the claims and one for the sweep."""
    sizes = QUICK if is_quick else Sizes()
    found = _run(sizes)
    figure(
        "dunning_claim",
        cases_per_second=found["many_rate"],
        cases_per_second_among_few=found["few_rate"],
        due=sizes.due,
        cases=sizes.many,
    )
    figure(
        "dunning_sweep",
        ratio=found["many_ms"] / found["few_ms"],
        ms=found["many_ms"],
        ms_among_few=found["few_ms"],
        cases=sizes.many,
        few=sizes.few,
    )


def _run(sizes: Sizes) -> dict[str, float]:
    numbers = [str(number) for number in (sizes.due, sizes.few, sizes.many, sizes.rounds)]
    with tempfile.TemporaryDirectory() as folder, PostgreSQL() as database:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "ENVIRONMENT": "development",
            "DEBUG": "false",
            "LOG_LEVEL": "ERROR",
            "BILLING_DATA_DIR": folder,
            "DATABASE_URL": database.url,
            # Not the sandbox, whose clock would be asked: no call is made with it.
            "STRIPE_SECRET_KEY": "sk_test_never_used",
            "START_TOKEN": "",
        }
        done = subprocess.run(
            [sys.executable, "-m", "bench.cases", *numbers],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))
