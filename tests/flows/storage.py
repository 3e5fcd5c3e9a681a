"""Where a started product keeps its rows and messages: files in its folder, or databases of its own on servers.

Servers are used where the environment names them (see tests.environment). It must not know what is stored.
"""

import contextlib
import functools
import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import redis
from psycopg import sql

_ROOT = Path(__file__).resolve().parent.parent.parent
_MIGRATED = "flow_migrated"
_LOCK = 60_613  # Any number: the processes of one run meet at it.
_MIGRATION_SECONDS = 300


@dataclass(frozen=True)
class Storage:
    database_url: str
    broker_url: str

    @classmethod
    def of(cls, data: Path) -> "Storage":
        """The storage of the product in this folder: made at the first call, the same at each other."""
        written = data / "storage.json"
        if not written.exists():
            chosen = cls(_new_database() or f"sqlite:///{data / 'db.sqlite3'}", _new_broker(data))
            written.write_text(json.dumps(asdict(chosen)))
        return cls(**json.loads(written.read_text()))

    @property
    def is_on_server(self) -> bool:
        return self.database_url.startswith("postgres")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the product's database now, read past its processes."""
        if self.is_on_server:
            with psycopg.connect(self.database_url) as database:
                return database.execute(query).fetchall()
        file = self.database_url.removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    def remove(self) -> None:
        """Give a server's database back, whoever still uses it. Files go with their folder."""
        if self.is_on_server:
            name = urlsplit(self.database_url).path.removeprefix("/")
            with _server() as server:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _new_database() -> str:
    """The address of a database that all migrations have run on, or "" where the environment names no server."""
    if not os.environ["DATABASE_URL"].startswith("postgres"):
        return ""
    _migrate_once()
    name = f"flow_{uuid4().hex}"
    with _server() as server:
        # A copy takes a moment; dj-stripe's migrations take the better part of a minute.
        server.execute(f"CREATE DATABASE {name} TEMPLATE {_MIGRATED}")
    return _url_of(name)


@functools.cache
def _migrate_once() -> None:
    """The migrations as production runs them, once for all processes of this run."""
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # Held until this connection closes.
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_MIGRATED]).fetchone():
            server.execute(f"CREATE DATABASE {_MIGRATED}")
        done = subprocess.run(
            [sys.executable, "manage.py", "prepare_database"],
            cwd=_ROOT,
            env={**os.environ, "DATABASE_URL": _url_of(_MIGRATED)},
            capture_output=True,
            text=True,
            timeout=_MIGRATION_SECONDS,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr


def _new_broker(data: Path) -> str:
    """A file, or the next of Redis's numbered databases, so that no worker takes another product's messages."""
    address = os.environ["CELERY_BROKER_URL"]
    if not address.startswith("redis"):
        return f"sqla+sqlite:///{data / 'broker.sqlite3'}"
    first = urlsplit(address)._replace(path="/0").geturl()
    with redis.Redis.from_url(first) as server:
        number = server.incrby("flow_databases", 1) + 100  # Those below belong to the test processes themselves.
    return urlsplit(address)._replace(path=f"/{number}").geturl()


def _server() -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _url_of(database: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
