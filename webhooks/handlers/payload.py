"""Finds ids in an event's payload, in the places where Stripe's API versions have put them; it reads nothing else."""

import re
from collections.abc import Callable
from typing import Any

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind

Event = dict[str, Any]
"""A whole event as parsed JSON."""

Handler = Callable[[Event], list[ObjectRef]]
Handlers = dict[str, Handler]
"""Handlers by event type."""

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,255}", re.ASCII)


class IdMissing(ValueError):
    """The event names no such object where events of its type have always named one."""


def subject(event: Event, kind: ObjectKind) -> ObjectRef:
    """The object that the event is about. Raises IdMissing."""
    return _required(event, kind, "id")


def named(event: Event, kind: ObjectKind, *path: str) -> ObjectRef:
    """The object of `kind` whose id stands at `path` of the event's object. Raises IdMissing."""
    return _required(event, kind, *path)


def perhaps(event: Event, kind: ObjectKind, *path: str) -> list[ObjectRef]:
    """As `named`, but nothing where no id stands there."""
    found = id_at(event["data"]["object"], path)
    return [ObjectRef(kind, found)] if found else []


def formerly(event: Event, kind: ObjectKind, *path: str) -> list[ObjectRef]:
    """As `perhaps`, in what the object said before this event."""
    found = id_at(event["data"].get("previous_attributes"), path)
    return [ObjectRef(kind, found)] if found else []


def subscription_of_invoice(event: Event) -> list[ObjectRef]:
    """The subscription that an invoice bills: under `parent` since basil (2025-03-31), at the top before."""
    kind = ObjectKind.SUBSCRIPTION
    return perhaps(event, kind, "parent", "subscription_details", "subscription") or perhaps(
        event, kind, "subscription"
    )


def _required(event: Event, kind: ObjectKind, *path: str) -> ObjectRef:
    found = id_at(event["data"]["object"], path)
    if not found:
        raise IdMissing(f"No {kind.value} at {'.'.join(path)}.")
    return ObjectRef(kind, found)


def id_at(place: Any, path: tuple[str, ...]) -> str:
    """An id, or the id of an expanded object; empty if there is none."""
    for step in path:
        place = place.get(step) if isinstance(place, dict) else None
    if isinstance(place, dict):
        place = place.get("id")
    return place if isinstance(place, str) and _ID.fullmatch(place) else ""
