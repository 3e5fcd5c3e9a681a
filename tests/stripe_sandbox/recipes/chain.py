"""Decides what state an event stands for, from the events about one object; it must not know any recipe."""

import copy
from typing import Any

Event = dict[str, Any]


def before_update(event: Event) -> dict[str, Any]:
    """The object as it was before this `*.updated` event: its old values put back."""
    return _put_back(event["data"]["object"], event["data"].get("previous_attributes", {}))


def states_since(events: list[Event], index: int, *, now: dict[str, Any]) -> list[dict[str, Any]]:
    """The object now and as it was before each later update, newest first, back to the event at this place.

    `events` are all about that object, oldest first. Only an `*.updated` event changes what the API shows, and each
    has to tell of the state that the next one starts from.
    """
    states = [now]
    for event in reversed(events[index + 1 :]):
        is_twin = event["data"] == events[index]["data"]
        if event["type"].endswith(".updated") and not is_twin:
            assert event["data"]["object"] == states[-1], event["type"]
            states.append(before_update(event))
    return states


def _put_back(new: dict[str, Any], old_values: dict[str, Any], *, is_free: bool = False) -> dict[str, Any]:
    """`is_free`: the keys are the caller's own, so one without an old value was not there."""
    restored = copy.deepcopy(new)
    for key, old in old_values.items():
        if isinstance(old, dict) and isinstance(restored.get(key), dict) and old.get("object") != "list":
            restored[key] = _put_back(restored[key], old, is_free=key == "metadata")
        elif old is None and is_free:
            del restored[key]
        else:
            restored[key] = old
    return restored
