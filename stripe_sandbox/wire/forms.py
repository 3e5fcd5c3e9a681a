"""Decides how a bracketed form (`items[0][price]=…`, `expand[]=…`) becomes a tree of dicts and lists."""

import re
from typing import Any
from urllib.parse import parse_qsl

from stripe_sandbox.errors import ApiError

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_INDEX = re.compile(r"^[0-9]{1,9}$")
DEEPEST = 20
LONGEST_SHOWN = 200
_PART = re.compile(r"\[([^\[\]]*)\]")


def decode(text: str) -> dict[str, Any]:
    """The tree that a query string or form body describes; leaves are strings.

    Raises ApiError for a key whose brackets do not close, that goes too deep, or that is both a value and a table.
    """
    tree: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        match = _KEY.match(key)
        if match is None:
            raise ApiError(f"Invalid parameter name: {key}", param=key)
        _insert(tree, [match.group(1), *_PART.findall(match.group(2))], value, key=key)
    return {name: _lists(branch) for name, branch in tree.items()}


def _insert(tree: dict[str, Any], path: list[str], value: str, *, key: str) -> None:
    if len(path) > DEEPEST:
        raise ApiError(f"Invalid parameter name: {key[:LONGEST_SHOWN]}", param=key[:LONGEST_SHOWN])
    for index, part in enumerate(path[:-1]):
        tree = tree.setdefault(part or _place(tree, path[index + 1 :]), {})
        if not isinstance(tree, dict):
            raise ApiError(f"Invalid parameter: {key} is both a value and a table", param=key)
    last = path[-1] or str(len(tree))
    if isinstance(tree.get(last), dict):
        raise ApiError(f"Invalid parameter: {key} is both a value and a table", param=key)
    tree[last] = value


def _place(tree: dict[str, Any], rest: list[str]) -> str:
    """Where `items[][price]` goes: into the last entry, until that has a value under the same name."""
    last: Any = tree.get(str(len(tree) - 1))
    if not isinstance(last, dict) or "" in rest:
        return str(len(tree))
    for part in rest:
        if not isinstance(last, dict) or part not in last:
            return str(len(tree) - 1)
        last = last[part]
    return str(len(tree))


def _lists(branch: Any) -> Any:
    if not isinstance(branch, dict):
        return branch
    values = {name: _lists(child) for name, child in branch.items()}
    if values and all(_INDEX.match(name) for name in values):
        return [values[name] for name in sorted(values, key=int)]
    return values
