"""Lets a test empty the whole database, whose triggers forbid to delete some rows, and puts the triggers back."""

from django.db import connection

_ON_POSTGRESQL = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


def lift_and_put_back() -> tuple[list[str], list[str]]:
    """Statements to run before and after, in the transaction that empties the tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = cursor.fetchall()
            return [f"DROP TRIGGER {name}" for name, _ in found], [sql for _, sql in found]
        cursor.execute(_ON_POSTGRESQL)
        tables = [table for (table,) in cursor.fetchall()]
    # A table with checks that wait for the end of the transaction cannot be altered.
    return (
        [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables],
        [
            "SET CONSTRAINTS ALL IMMEDIATE",
            *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables),
            "SET CONSTRAINTS ALL DEFERRED",
        ],
    )
