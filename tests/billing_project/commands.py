"""Runs manage.py in a process and a database of its own, for tests about whole commands."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a database below `data`."""
    environment = {
        **os.environ,
        "BILLING_DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'db.sqlite3'}",
        "CELERY_BROKER_URL": f"sqla+sqlite:///{data / 'broker.sqlite3'}",
        **variables,
    }
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)


def query(data: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(data / "db.sqlite3")) as connection:
        return connection.execute(sql).fetchall()
