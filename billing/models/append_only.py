"""Has the database itself refuse to change or delete entries of the audit; it must not know what they mean.

Only two columns may still become empty, the organization and the actor, for rows that are deleted. A note of an entry
may go, with its customer, but not be rewritten. On SQLite a migration that alters a table makes it anew, without its
triggers, so this is done again after every migration.
"""

from collections.abc import Iterator
from typing import Any

ENTRIES, NOTES = "billing_auditentry", "billing_auditnote"
MAY_BECOME_EMPTY = ("organization_id", "actor_id")
_REFUSAL = "The audit is append-only."


def forbid_changes(connection: Any) -> None:
    """Make the triggers of the tables that exist, or make them anew. Safe to repeat."""
    make = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}[connection.vendor]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table in (ENTRIES, NOTES):
            if table in tables:
                columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
                for statement in make(table, columns):
                    cursor.execute(statement)


def allow_changes(connection: Any) -> None:
    """Take the triggers away, which only the way back over the migration does."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {ENTRIES}_refuse() CASCADE")
            cursor.execute(f"DROP FUNCTION IF EXISTS {ENTRIES}_keep() CASCADE")
            return
        for table in (ENTRIES, NOTES):
            for event in ("update", "delete", "replace"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{event}")


def _on_sqlite(table: str, columns: list[str]) -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    changed = [f'NEW."{name}" IS NOT OLD."{name}"' for name in columns if name not in MAY_BECOME_EMPTY]
    changed += [
        f'(NEW."{name}" IS NOT NULL AND NEW."{name}" IS NOT OLD."{name}")'
        for name in columns
        if name in MAY_BECOME_EMPTY
    ]
    yield f"DROP TRIGGER IF EXISTS {table}_update"
    yield f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} WHEN {' OR '.join(changed)} {refuse}"
    if table == ENTRIES:
        yield f"DROP TRIGGER IF EXISTS {table}_delete"
        yield f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}"
        # INSERT OR REPLACE deletes without asking the trigger for DELETE.
        taken = f"SELECT 1 FROM {table} WHERE id = NEW.id OR uuid = NEW.uuid"  # noqa: S608  # No value from outside.
        yield f"DROP TRIGGER IF EXISTS {table}_replace"
        yield f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} WHEN EXISTS ({taken}) {refuse}"


def _on_postgresql(table: str, columns: list[str]) -> Iterator[str]:
    refuse = f"RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';"
    if table == NOTES:
        yield _postgresql_trigger(table, "update", f"{ENTRIES}_refuse")
        return
    fixed = [name for name in columns if name not in MAY_BECOME_EMPTY]
    old, new = (", ".join(f'{row}."{name}"' for name in fixed) for row in ("OLD", "NEW"))
    filled = " OR ".join(
        f'(NEW."{name}" IS NOT NULL AND NEW."{name}" IS DISTINCT FROM OLD."{name}")' for name in MAY_BECOME_EMPTY
    )
    yield (
        f"CREATE OR REPLACE FUNCTION {ENTRIES}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse} END $$"
    )
    yield (
        f"CREATE OR REPLACE FUNCTION {ENTRIES}_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF ROW({new}) IS DISTINCT FROM ROW({old}) OR {filled} THEN {refuse} END IF; RETURN NEW; END $$"
    )
    yield _postgresql_trigger(table, "update", f"{ENTRIES}_keep")
    yield _postgresql_trigger(table, "delete", f"{ENTRIES}_refuse")
    yield _postgresql_trigger(table, "truncate", f"{ENTRIES}_refuse", each="STATEMENT")


def _postgresql_trigger(table: str, event: str, function: str, *, each: str = "ROW") -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {table}_{event} BEFORE {event.upper()} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION {function}()"
    )
