"""Measures the check of a feature on PostgreSQL: kept, and read anew, beside a dict and one row by its key."""

import json
import os
import subprocess
import sys
import tempfile

import psycopg

from bench.report import figure
from bench.stage import ROOT
from tests.servers.postgresql import PostgreSQL


def measure(*, is_quick: bool) -> None:
    """One line for the kept answer, one for that which is read; both sides are measured in turn in one process."""
    organizations, rounds = (50, 5) if is_quick else (5_000, 40)
    with tempfile.TemporaryDirectory() as folder, PostgreSQL() as database:
        with psycopg.connect(database.url_of("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE entitlements")
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "ENVIRONMENT": "development",
            "DEBUG": "false",
            "LOG_LEVEL": "ERROR",
            "BILLING_DATA_DIR": folder,
            "DATABASE_URL": database.url_of("entitlements"),
            # Not the sandbox, whose clock would be asked: no call is made with it.
            "STRIPE_SECRET_KEY": "sk_test_never_used",
            "ENTITLEMENT_CACHE_MILLISECONDS": "1000",
            "START_TOKEN": "",
        }
        words = [sys.executable, "-m", "bench.entitlement_checks", str(organizations), str(rounds)]
        asked = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if asked.returncode:
        raise RuntimeError(asked.stderr)
    told = json.loads(asked.stdout.splitlines()[-1])
    figure("entitlement_cached", organizations=organizations, **told["cached"])
    figure("entitlement_uncached", organizations=organizations, **told["uncached"])
