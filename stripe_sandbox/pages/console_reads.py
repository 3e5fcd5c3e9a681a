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


def count_kinds(sandbox: Sandbox) -> dict[str, int]:
    """Return how many objects there are of each kind that has any, by the kind's name."""
    sql = "SELECT kind, count(*) AS n FROM objects GROUP BY kind ORDER BY kind"
    return {row["kind"]: row["n"] for row in sandbox.database.reading().execute(sql)}


def read_objects(sandbox: Sandbox, *, kind: str = "", text: str = "", offset: int, limit: int) -> Slice:
    """Return objects in Stripe's shape: of one kind or of all, with this text anywhere in them."""
    conditions, values = ["1 = 1"], []
    if kind:
        conditions.append("kind = ?")
        values.append(kind)
    if text:
        conditions.append("data LIKE ? ESCAPE '!'")
        values.append(_pattern(text))
    where = " AND ".join(conditions)
    connection = sandbox.database.reading()
    rows = connection.execute(
        f"SELECT data FROM objects WHERE {where} ORDER BY seq DESC LIMIT ? OFFSET ?", (*values, limit, offset)
    )
    things = [json.loads(row["data"]) for row in rows]
    total = connection.execute(f"SELECT count(*) AS n FROM objects WHERE {where}", values).fetchone()["n"]
    return Slice(rows=things, total=int(total))


def _pattern(text: str) -> str:
    for sign in "!%_":
        text = text.replace(sign, f"!{sign}")
    return f"%{text}%"


def find_object(sandbox: Sandbox, *, kind: str, object_id: str) -> dict[str, Any] | None:
    """Return one object, or None."""
    sql = "SELECT data FROM objects WHERE kind = ? AND id = ?"
    row = sandbox.database.reading().execute(sql, (kind, object_id)).fetchone()
    return None if row is None else json.loads(row["data"])


def read_events(
    sandbox: Sandbox, *, text: str = "", object_id: str = "", state: str = "", offset: int, limit: int
) -> Slice:
    """Return events with their body as text and, under ``deliveries``, one row per endpoint.

    ``text`` is looked for in type, id and object; ``state`` is that of at least one delivery.
    """
    conditions, values = ["1 = 1"], []
    if text:
        conditions.append("(type LIKE ? ESCAPE '!' OR id = ? OR object_id = ?)")
        values += [_pattern(text), text, text]
    if object_id:
        conditions.append("object_id = ?")
        values.append(object_id)
    if state:
        conditions.append("EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = events.id AND d.state = ?)")
        values.append(state)
    where = " AND ".join(conditions)
    connection = sandbox.database.reading()
    rows = connection.execute(
        f"SELECT id, type, object_id, created, body FROM events WHERE {where} ORDER BY seq DESC LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    events = [dict(row) for row in rows]
    for event in events:
        deliveries = connection.execute(
            "SELECT url, state, attempts, last_status, last_error, due_at, attempted_at"
            " FROM deliveries WHERE event_id = ? ORDER BY seq",
            (event["id"],),
        )
        event["deliveries"] = [dict(row) for row in deliveries]
    total = connection.execute(f"SELECT count(*) AS n FROM events WHERE {where}", values).fetchone()["n"]
    return Slice(rows=events, total=int(total))


def count_deliveries(sandbox: Sandbox, *, state: str) -> int:
    """Return how many deliveries are in a state: pending, succeeded or failed."""
    sql = "SELECT count(*) AS n FROM deliveries WHERE state = ?"
    return int(sandbox.database.reading().execute(sql, (state,)).fetchone()["n"])
