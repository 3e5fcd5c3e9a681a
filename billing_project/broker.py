"""Prepares the message broker that needs no server: a SQLite file. Any other broker is left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings

from billing_project.celery import app

FILE_SCHEME = "sqla+sqlite:///"


def broker_file() -> Path | None:
    """The broker's file, or None where the broker is a server."""
    url = settings.CELERY_BROKER_URL
    return Path(url.removeprefix(FILE_SCHEME)) if url.startswith(FILE_SCHEME) else None


def prepare_broker() -> None:
    """Make the file and its tables, which beat and worker would both try at once. Safe to repeat."""
    file = broker_file()
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        # The mode stays with the file; without it a reader and a writer meet "database is locked".
        connection.execute("PRAGMA journal_mode=WAL")
    with app.connection_for_write() as connection:
        connection.default_channel.queue_declare(app.conf.task_default_queue)  # type: ignore[attr-defined]
