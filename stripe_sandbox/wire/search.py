"""Decides what a search query means: Stripe's query language as conditions on stored objects.

Assumed, from memory of Stripe's search reference: which fields each kind of object has, that texts match without
regard to case, and the words of the refusals. Stripe's search lags behind by up to a minute; this one does for new
objects, by the switch `search_lag`.
"""

import re
from typing import Any

from stripe_sandbox.errors import ApiError, invalid_parameter
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown

FIELDS: dict[str, frozenset[str]] = {
    "charge": frozenset({"amount", "created", "currency", "customer", "disputed", "refunded", "status"}),
    "customer": frozenset({"created", "email", "name", "phone"}),
    "invoice": frozenset({"created", "currency", "customer", "number", "receipt_number", "status", "total"}),
    "payment_intent": frozenset({"amount", "created", "currency", "customer", "status"}),
    "price": frozenset({"active", "currency", "lookup_key", "product", "type"}),
    "product": frozenset({"active", "created", "description", "name", "shippable", "url"}),
    "subscription": frozenset({"canceled_at", "created", "status"}),
}
LARGEST_PAGE = 100
_TERM = re.compile(
    r"""\s*(?P<minus>-)?(?P<field>\w+)(?:\[(?P<quote>["'])(?P<key>.+?)(?P=quote)\])?
        (?P<sign>:|~|>=|<=|>|<)\s*
        (?:(?P<mark>["'])(?P<text>(?:\\.|(?!(?P=mark)).)*)(?P=mark)|(?P<bare>[\w.-]+))""",
    re.VERBOSE,
)
_JOIN = re.compile(r"\s+(AND|OR)\s+|\s+", re.IGNORECASE)


def search(unit: Unit, kind: str, params: dict[str, Any], *, url: str) -> StripeObject:
    """One page of what the query finds, newest first. Raises ApiError 400 for a query that cannot be read."""
    condition, values = condition_for(kind, params.get("query") or "")
    limit = params.get("limit") or 10
    if not 1 <= limit <= LARGEST_PAGE:
        raise invalid_parameter(f"This value must be between 1 and {LARGEST_PAGE}.", param="limit")
    start = _offset(params.get("page"))
    where = f"json_extract(data, '$._is_deleted') IS NULL AND ({condition})"
    lag = unit.settings["search_lag"]
    if lag:
        where, values = f"{where} AND created <= ?", [*values, unit.now - lag]
    found = unit.select(kind, where=where, values=values)
    rest = len(found) - start - limit
    return {
        "object": "search_result",
        "data": [shown(thing) for thing in found[start : start + limit]],
        "has_more": rest > 0,
        "next_page": f"page_{start + limit}" if rest > 0 else None,
        "total_count": len(found),
        "url": url,
    }


def _offset(page: str | None) -> int:
    if not page:
        return 0
    number = page.removeprefix("page_")
    if not number.isdecimal():
        raise invalid_parameter(f"Invalid page: {page}", param="page")
    return int(number)


def condition_for(kind: str, query: str) -> tuple[str, list[Any]]:
    """The query as SQL with its values; terms are joined by AND (also unsaid) or by OR, never by both."""
    parts: list[str] = []
    values: list[Any] = []
    joins: set[str] = set()
    rest = query.strip()
    while rest:
        term = _TERM.match(rest)
        if term is None:
            raise _unreadable(query)
        part, some = _term(kind, term, query)
        parts.append(part)
        values += some
        rest = rest[term.end() :]
        if rest:
            join = _JOIN.match(rest)
            if join is None or not rest[join.end() :]:
                raise _unreadable(query)
            joins.add((join[1] or "AND").upper())
            rest = rest[join.end() :]
    if not parts:
        raise _unreadable(query)
    if len(joins) > 1:
        raise ApiError("You may not combine AND and OR in one search query.", param="query")
    return f" {joins.pop() if joins else 'AND'} ".join(parts), values


def _unreadable(query: str) -> ApiError:
    return ApiError(f"We were unable to parse your search query: `{query}`.", param="query")


def _term(kind: str, term: re.Match[str], query: str) -> tuple[str, list[Any]]:
    field, key, sign = term["field"], term["key"], term["sign"]
    if key is not None and field != "metadata" or key is None and field not in FIELDS[kind]:
        raise ApiError(f"Field `{field}` is an unsupported search field for resource `{kind}s`.", param="query")
    path = "'$.' || ?" if key is None else "'$.metadata.\"' || ? || '\"'"
    column, values = f"json_extract(data, {path})", [field if key is None else key.replace('"', "")]
    text = term["text"] if term["text"] is not None else term["bare"]
    text = re.sub(r"\\(.)", r"\1", text)
    if term["bare"] == "null":
        condition = f"{column} IS NULL"
    elif sign == ":":
        condition, values = f"lower({column}) = ?", [*values, _plain(text)]
    elif sign == "~":
        if len(text) < 3:
            raise ApiError("Substring matches need at least three characters.", param="query")
        condition, values = f"instr(lower({column}), ?) > 0", [*values, text.lower()]
    elif not text.lstrip("-").isdecimal():
        raise _unreadable(query)
    else:
        condition, values = f"{column} {sign} ?", [*values, int(text)]
    return (f"NOT coalesce({condition}, 0)" if term["minus"] else condition), values


def _plain(text: str) -> str:
    """How SQLite's `lower` shows the value: JSON's true and false are 1 and 0 there."""
    return {"true": "1", "false": "0"}.get(text.lower(), text.lower())
