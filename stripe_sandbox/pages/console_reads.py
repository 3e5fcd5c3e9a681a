"""Decides which rows the console reads from the state file, over all accounts; knows nothing of their looks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Some rows of a list, newest first, and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


def count_objects(sandbox: Sandbox, *, kind: str) -> int:
    """Return how many objects of a kind exist."""
    sql = "SELECT count(*) AS n FROM objects WHERE kind = ?"
    return int(sandbox.database.reading().execute(sql, (kind,)).fetchone()["n"])


def read_objects(sandbox: Sandbox, *, kind: str, offset: int, limit: int) -> Slice:
    """Return objects of one kind in Stripe's shape."""
    rows = sandbox.database.reading().execute(
        "SELECT data FROM objects WHERE kind = ? ORDER BY seq DESC LIMIT ? OFFSET ?",
        (kind, limit, offset),
    )
    things = [json.loads(row["data"]) for row in rows]
    return Slice(rows=things, total=count_objects(sandbox, kind=kind))


def find_object(sandbox: Sandbox, *, kind: str, object_id: str) -> dict[str, Any] | None:
    """Return one object, or None."""
    sql = "SELECT data FROM objects WHERE kind = ? AND id = ?"
    row = sandbox.database.reading().execute(sql, (kind, object_id)).fetchone()
    return None if row is None else json.loads(row["data"])


def read_events(sandbox: Sandbox, *, offset: int, limit: int) -> Slice:
    """Return events with their body as text and, under ``deliveries``, one row per endpoint."""
    connection = sandbox.database.reading()
    rows = connection.execute(
        "SELECT id, type, object_id, created, body FROM events ORDER BY seq DESC LIMIT ? OFFSET ?",
        (limit, offset),
    ).fetchall()
    events = [dict(row) for row in rows]
    for event in events:
        deliveries = connection.execute(
            "SELECT url, state, attempts, last_status, last_error, due_at, attempted_at"
            " FROM deliveries WHERE event_id = ? ORDER BY seq",
            (event["id"],),
        )
        event["deliveries"] = [dict(row) for row in deliveries]
    total = connection.execute("SELECT count(*) AS n FROM events").fetchone()["n"]
    return Slice(rows=events, total=int(total))


def count_deliveries(sandbox: Sandbox, *, state: str) -> int:
    """Return how many deliveries are in a state: pending, succeeded or failed."""
    sql = "SELECT count(*) AS n FROM deliveries WHERE state = ?"
    return int(sandbox.database.reading().execute(sql, (state,)).fetchone()["n"])
