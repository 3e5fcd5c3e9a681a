"""Decides what the events of a meter come to for a customer in a time: sum, count or last value; knows no price.

Documented: of pre-aggregated events only the newest of each hour or day counts, and usage below nothing is billed as
none. Times are unix seconds; a time begins with its first second and ends before its last.
"""

import json
from decimal import Decimal
from typing import Any

from stripe_sandbox.engine.meters import EVENT
from stripe_sandbox.store.unit import StripeObject, Unit

_WINDOW_SECONDS = {"hour": 3600, "day": 86400}


def total(
    unit: Unit,
    meter: StripeObject,
    *,
    customer_id: str,
    start: int,
    end: int,
    after: int = 0,
    up_to: int | None = None,
) -> Decimal:
    """What was used from `start` to `end`, of the events taken after and up to these marks (see `mark`)."""
    events = _events(unit, meter, customer_id=customer_id, start=start, end=end, after=after, up_to=up_to)
    window = _WINDOW_SECONDS.get(meter["event_time_window"] or "")
    if window is not None:
        events = list({event["timestamp"] // window: event for event in events}.values())
    values = [Decimal(event["value"]) for event in events]
    formula = meter["default_aggregation"]["formula"]
    if formula == "count":
        return Decimal(len(values))
    if formula == "last":
        return values[-1] if values else Decimal(0)
    return sum(values, Decimal(0))


def mark(unit: Unit) -> int:
    """A number that parts the events taken so far from those to come."""
    unit.flush()
    row = unit.connection.execute("SELECT max(seq) FROM objects").fetchone()
    return int(row[0] or 0)


def _events(
    unit: Unit, meter: StripeObject, *, customer_id: str, start: int, end: int, after: int, up_to: int | None
) -> list[dict[str, Any]]:
    """Events that count, in the order of their timestamps, those of one second as they came."""
    unit.flush()
    rows = unit.connection.execute(
        "SELECT data FROM objects WHERE account = ? AND kind = ? AND customer = ? AND seq > ? AND seq <= ?"
        " AND json_extract(data, '$.meter') = ? AND json_extract(data, '$.timestamp') >= ?"
        " AND json_extract(data, '$.timestamp') < ? AND NOT json_extract(data, '$.is_cancelled')"
        " ORDER BY json_extract(data, '$.timestamp'), seq",
        (unit.account_id, EVENT, customer_id, after, mark(unit) if up_to is None else up_to, meter["id"], start, end),
    ).fetchall()
    return [json.loads(row["data"]) for row in rows]
