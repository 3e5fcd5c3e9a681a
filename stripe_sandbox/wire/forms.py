"""Decides how a bracketed form (`items[0][price]=…`, `expand[]=…`) becomes a tree of dicts and lists."""

import re
from typing import Any
from urllib.parse import parse_qsl

from stripe_sandbox.errors import ApiError

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")


def decode(text: str) -> dict[str, Any]:
    """The tree that a query string or form body describes; leaves are strings.

    Raises ApiError for a key whose brackets do not close or that is both a value and a table.
    """
    tree: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        match = _KEY.match(key)
        if match is None:
            raise ApiError(f"Invalid parameter name: {key}", param=key)
        _insert(tree, [match.group(1), *_PART.findall(match.group(2))], value, key=key)
    return {name: _lists(branch) for name, branch in tree.items()}


def _insert(tree: dict[str, Any], path: list[str], value: str, *, key: str) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise ApiError(f"Invalid parameter: {key} is both a value and a table", param=key)
    tree[path[-1] or str(len(tree))] = value


def _lists(branch: Any) -> Any:
    if not isinstance(branch, dict):
        return branch
    values = {name: _lists(child) for name, child in branch.items()}
    if values and all(name.isdigit() for name in values):
        return [values[name] for name in sorted(values, key=int)]
    return values
