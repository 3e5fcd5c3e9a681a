"""Measures the admin's pages on PostgreSQL among many rows, each beside a plain SELECT of its table in one run."""

import json
import os
import subprocess
import sys
import tempfile

from bench.report import figure
from bench.stage import ROOT
from tests.servers.postgresql import PostgreSQL

MOST_QUERIES = 12
MOST_MS = 300


def measure(*, is_quick: bool) -> None:
    """Print one figure a page and one for all lists."""
    rows, rounds = (300, 1) if is_quick else (100_000, 7)
    lists = []
    with tempfile.TemporaryDirectory() as folder, PostgreSQL() as database:
        for page in _pages(database, rows=rows, rounds=rounds, folder=folder):
            ratio = page["ms"] / page["plain_ms"]
            shown = {name: page[name] for name in ("page", "queries", "ms", "cpu_ms")}
            figure("admin_page", **shown, ratio=ratio, rows=rows)
            if page["page"].startswith(("accounts_", "billing_")):
                lists.append(page)
    figure(
        "admin_lists",
        worst_ms=max(page["ms"] for page in lists),
        worst_cpu_ms=max(page["cpu_ms"] for page in lists),
        most_queries=max(page["queries"] for page in lists),
        lists=len(lists),
        too_slow=[page["page"] for page in lists if page["ms"] >= MOST_MS or page["queries"] > MOST_QUERIES],
        rows=rows,
    )


def _pages(database: PostgreSQL, *, rows: int, rounds: int, folder: str) -> list[dict[str, float]]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "ENVIRONMENT": "development",
        "DEBUG": "false",
        "LOG_LEVEL": "ERROR",
        "BILLING_DATA_DIR": folder,
        "DATABASE_URL": database.url_of("postgres"),
        # Not the sandbox, whose clock would be asked: no call is made with it.
        "STRIPE_SECRET_KEY": "sk_test_never_used",
        "START_TOKEN": "",
    }
    words = [sys.executable, "-m", "bench.list_times", str(rows), str(rounds)]
    result = subprocess.run(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in result.stdout.splitlines()]
