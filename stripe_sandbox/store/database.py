"""Decides how the state file is opened, read and written; it knows tables, not billing."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stripe_sandbox.store.schema import ADDED, NAMES, TABLES


class Database:
    """One state file. Readers have a connection a thread; writers take turns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.RLock()
        self._local = threading.local()
        self._writer = self._connect()
        self._writer.executescript(TABLES)
        for table, column, kind in ADDED:
            if column not in {row["name"] for row in self._writer.execute(f"PRAGMA table_info({table})")}:
                self._writer.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=30)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode=WAL")
        # NORMAL survives the death of the process, which is what is promised; FULL would add a disk flush a call.
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The one writer connection inside a transaction; an exception leaves nothing behind."""
        with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def reading(self) -> sqlite3.Connection:
        """This thread's own connection; it sees what was committed last and never waits for a writer."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            self._local.connection = connection
        return connection

    def close_reader(self) -> None:
        """Close this thread's own connection, before the thread ends."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            del self._local.connection

    def get_meta(self, name: str, *, default: str = "") -> str:
        """A named value of the machinery (clock offset, settings)."""
        row = self.reading().execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return default if row is None else str(row["value"])

    def put_meta(self, name: str, *, value: str) -> None:
        """Store a named value at once."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))

    def clear(self) -> None:
        """Forget everything, in one transaction."""
        with self.writing() as connection:
            for name in NAMES:
                connection.execute(f"DELETE FROM {name}")
