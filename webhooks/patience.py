"""How long the one statement before the answer may wait for the database; other statements wait as they always do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

MILLISECONDS = 800
"""Below the second within which the provider gets its answer, be it only "come again"."""


@contextmanager
def short() -> Iterator[str]:
    """What to put before the statement, which then fails (OperationalError) rather than waits. Opens the connection.

    On SQLite the connection itself is told, and told otherwise afterwards. On PostgreSQL the limit goes in front, so
    that it costs no way to the server and back, and ends with the statement; inside a transaction of somebody else's
    it would not, so there it is left out.
    """
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        _wait_at_most(MILLISECONDS)
        try:
            yield ""
        finally:
            _wait_at_most(int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000))
    elif connection.vendor == "postgresql" and not connection.in_atomic_block:
        yield f"SET LOCAL statement_timeout = {MILLISECONDS}; "
    else:
        yield ""


def _wait_at_most(milliseconds: int) -> None:
    if connection.connection is not None:  # Gone, if the statement has failed badly.
        with connection.wrap_database_errors:
            connection.connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
