"""The short cut for a fresh development database against the real migrations, each in a database of its own."""

from pathlib import Path
from typing import Any

import pytest

from tests.billing_project.commands import manage, query


def schema(data: Path) -> dict[str, Any]:
    """Every table with its columns, indexes and foreign keys, none of them by the order in which they were made."""
    tables = [name for (name,) in query(data, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        table: {
            # Without the first field, the position.
            "columns": sorted(row[1:] for row in query(data, f"PRAGMA table_info({table})")),
            "foreign keys": sorted(row[2:] for row in query(data, f"PRAGMA foreign_key_list({table})")),
            "indexes": sorted(indexes(data, table)),
        }
        for table in tables
    }


def indexes(data: Path, table: str) -> list[Any]:
    listed = query(data, f"PRAGMA index_list({table})")
    definitions = dict(query(data, "SELECT name, sql FROM sqlite_master WHERE type = 'index'"))
    return [
        (
            # SQLite numbers the indexes that belong to a constraint in the order of the table's columns.
            "" if name.startswith("sqlite_autoindex") else name,
            is_unique,
            tuple(column for _, _, column in query(data, f"PRAGMA index_info({name})")),
            definitions[name],
        )
        for _, name, is_unique, _, _ in listed
    ]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_short_cut_makes_the_same_schema_as_the_migrations(tmp_path: Path) -> None:
    manage("migrate", data=tmp_path / "migrated").check_returncode()

    manage("prepare_database", data=tmp_path / "prepared").check_returncode()

    migrated, prepared = schema(tmp_path / "migrated"), schema(tmp_path / "prepared")
    assert sum(table.startswith("djstripe_") for table in prepared) > 30
    assert prepared == migrated
    unapplied = manage("migrate", "--check", data=tmp_path / "prepared")
    assert unapplied.returncode == 0, unapplied.stdout
