"""Decides what an event names as changed: the old values of keys that differ, arrays whole."""

from typing import Any


def previous_attributes(before: dict[str, Any], *, after: dict[str, Any]) -> dict[str, Any]:
    """Old values of what differs, nested tables by key; a key that is new shows None."""
    changed: dict[str, Any] = {}
    for key in after.keys() | before.keys():
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict) and old.get("object") != "list":
            changed[key] = previous_attributes(old, after=new)
        else:
            changed[key] = old
    return dict(sorted(changed.items()))
