"""Decides what a list shows: newest first, cursors, limits, `created` filters."""

from collections.abc import Callable
from typing import Any

from stripe_sandbox.errors import ApiError, invalid_parameter, no_such
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown

LARGEST_PAGE = 100
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class Filter:
    """Conditions on the rows of a list, joined by AND."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.values: list[Any] = []

    def add(self, condition: str, *values: Any) -> "Filter":
        """One more condition with its values."""
        self.conditions.append(condition)
        self.values.extend(values)
        return self

    def equals(self, key: str, value: Any) -> "Filter":
        """The object's key (a dotted path) has this value; None means no condition."""
        if value is not None:
            self.add(f"json_extract(data, '$.{key}') = ?", value)
        return self

    def created(self, given: Any) -> "Filter":
        """Stripe's `created` filter: a moment, or a table of gt, gte, lt, lte."""
        return self._moment("created", given)

    def moment(self, key: str, given: Any) -> "Filter":
        """The same filter on a moment inside the object."""
        return self._moment(f"json_extract(data, '$.{key}')", given)

    def _moment(self, value: str, given: Any) -> "Filter":
        if isinstance(given, dict):
            for name, moment in given.items():
                self.add(f"{value} {_COMPARISONS[name]} ?", moment)
        elif given is not None:
            self.add(f"{value} = ?", int(given))
        return self


def page(
    unit: Unit,
    kind: str,
    params: dict[str, Any],
    *,
    url: str,
    where: Filter | None = None,
    table: str = "objects",
    read: Callable[[Any], StripeObject] | None = None,
) -> StripeObject:
    """One page of objects of a kind. Raises ApiError for a limit out of range or an unknown cursor."""
    where = where or Filter()
    if table == "objects":
        where.add("kind = ?", kind).add("json_extract(data, '$._is_deleted') IS NULL")
    where.add("account = ?", unit.account_id)
    limit = _limit(params)
    is_backward = _add_cursor(unit, kind, params, where, table=table)
    order = "ASC" if is_backward else "DESC"
    rows = unit.connection.execute(
        f"SELECT * FROM {table} WHERE {' AND '.join(where.conditions)} ORDER BY seq {order} LIMIT ?",
        (*where.values, limit + 1),
    ).fetchall()
    kept = rows[:limit]
    if is_backward:
        kept.reverse()
    things = [read(row) if read else shown(unit.get(kind, row["id"])) for row in kept]
    return {"object": "list", "data": things, "has_more": len(rows) > limit, "url": url}


def page_of(things: list[StripeObject], params: dict[str, Any], *, kind: str, url: str) -> StripeObject:
    """One page of a list that lies inside an object, in its own order. Raises ApiError as `page` does."""
    limit = _limit(params)
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise ApiError("You cannot parameterize both `ending_before` and `starting_after`.")
    names = [thing["id"] for thing in things]
    for param, name in (("starting_after", after), ("ending_before", before)):
        if name and name not in names:
            raise no_such(kind, name, param=param, status=400)
    if before:
        rest = things[: names.index(before)]
        return {"object": "list", "data": rest[-limit:], "has_more": len(rest) > limit, "url": url}
    rest = things[names.index(after) + 1 :] if after else things
    return {"object": "list", "data": rest[:limit], "has_more": len(rest) > limit, "url": url}


def _limit(params: dict[str, Any]) -> int:
    limit = params.get("limit")
    if limit is None:
        return 10
    if not 1 <= limit <= LARGEST_PAGE:
        bound = "at least 1" if limit < 1 else f"no greater than {LARGEST_PAGE}"
        raise invalid_parameter(f"This value must be {bound}.", param="limit", code="parameter_invalid_integer")
    return int(limit)


def _add_cursor(unit: Unit, kind: str, params: dict[str, Any], where: Filter, *, table: str) -> bool:
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise ApiError("You cannot parameterize both `ending_before` and `starting_after`.")
    if after:
        where.add("seq < ?", _seq(unit, kind, after, table=table, param="starting_after"))
    if before:
        where.add("seq > ?", _seq(unit, kind, before, table=table, param="ending_before"))
    return bool(before)


def _seq(unit: Unit, kind: str, object_id: str, *, table: str, param: str) -> int:
    condition = "AND kind = ?" if table == "objects" else ""
    values = [unit.account_id, object_id] + ([kind] if table == "objects" else [])
    row = unit.connection.execute(
        f"SELECT seq FROM {table} WHERE account = ? AND id = ? {condition}", values
    ).fetchone()
    if row is None:
        raise no_such(kind, object_id, param=param, status=400)
    return int(row["seq"])
