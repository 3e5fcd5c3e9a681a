"""Decides how the console shows test clocks and sends them forward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stripe_sandbox.engine import test_clocks
from stripe_sandbox.errors import ApiError
from stripe_sandbox.pages import console_reads
from stripe_sandbox.pages.console_view import lead_text, object_url
from stripe_sandbox.pages.words import moment_text, plural

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

MOST_CLOCKS = 20
STEPS = {"day": 86_400, "week": 604_800, "month": 2_678_400}


def rows(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return the newest test clocks as rows."""
    found = console_reads.read_objects(sandbox, kind=test_clocks.KIND, offset=0, limit=MOST_CLOCKS)
    return [_row(sandbox, clock) for clock in found.rows if not clock.get("_is_deleted")]


def _row(sandbox: Sandbox, clock: dict[str, Any]) -> dict[str, Any]:
    row = sandbox.database.reading().execute(
        "SELECT count(*) AS n FROM objects WHERE kind = 'customer' AND json_extract(data, '$.test_clock') = ?",
        (clock["id"],),
    )
    due = sandbox.database.reading().execute(
        "SELECT min(due_at) AS due_at FROM clock_timers WHERE clock = ?", (clock["id"],)
    )
    due_at = due.fetchone()["due_at"]
    return {
        "id": clock["id"],
        "name": clock["name"] or "Test clock",
        "url": object_url(test_clocks.KIND, clock["id"]),
        "now": moment_text(clock["frozen_time"]),
        "is_advancing": clock["status"] != "ready",
        "customers": plural(row.fetchone()["n"], "customer"),
        "due": f"Next due in {lead_text(due_at - clock['frozen_time'])}" if due_at else "Nothing due",
        "has_due": bool(due_at),
    }


def advance(sandbox: Sandbox, clock_id: str, *, step: str) -> str | None:
    """Send a clock forward by a step, or to its next due moment; returns why not, in words.

    Raises LookupError for an unknown clock.
    """
    account_id = sandbox.owner_of(test_clocks.KIND, clock_id)
    if account_id is None:
        raise LookupError(clock_id)
    try:
        with sandbox.unit(account_id) as unit:
            clock = unit.get(test_clocks.KIND, clock_id)
            due = unit.connection.execute(
                "SELECT min(due_at) AS due_at FROM clock_timers WHERE clock = ?", (clock_id,)
            )
            due_at = due.fetchone()["due_at"] or clock["frozen_time"]
            target = due_at if step == "due" else clock["frozen_time"] + STEPS.get(step, 0)
            test_clocks.begin_advance(unit, clock, target=max(target, clock["frozen_time"] + 1))
    except ApiError as error:
        return error.message
    return None
