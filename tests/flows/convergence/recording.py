"""What a scenario left at the sandbox: its events in order, and the states that its objects went through.

Ids are new at every playing. They are named by the order in which they first appear in the events, so that two
playings of one scenario can be compared.
"""

import json
import re
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings

from tests.sandbox_fixture import Sandbox

_PREFIXES = "cus|sub|sub_sched|in|ch|pi|pm|re|dp|cn|inpay|di|cs_test|prod|price|seti|issfr|evt"
_KEPT = timedelta(days=30)
ID = re.compile(rf"\b(?:{_PREFIXES})_(?!sched_)[A-Za-z0-9]{{8,}}")
_LISTS = {
    "subscription": "subscriptions?status=all&",
    "invoice": "invoices?",
    "charge": "charges?",
    "refund": "refunds?",
    "dispute": "disputes?",
    "credit_note": "credit_notes?",
}


@dataclass
class Recording:
    events: list[dict[str, Any]]
    """The oldest first."""
    names: dict[str, str]
    states: dict[str, list[str]]
    """The statuses that each object went through, by its id."""
    final: dict[str, dict[str, str]]
    """By kind: the status of each object as Stripe lists it now."""
    listed: list[int]
    """Positions of the events that Stripe still lists: only those can be lost and found again."""

    @classmethod
    def of(cls, sandbox: Sandbox, events: list[dict[str, Any]], *, ours: Iterable[str] = ()) -> "Recording":
        """`ours`: ids that our own calls got and no event may ever show, in the order of their making.

        No event tells of a payment of an invoice before it is paid; they are listed.
        """
        oldest = sandbox.now() - _KEPT
        final = {kind: _listed(sandbox, path) for kind, path in _LISTS.items()}
        payments = reversed(list(_pages(sandbox, "invoice_payments?")))
        return cls(
            events,
            _names([*events, *ours, *payments]),
            _states(events),
            final,
            [position for position, event in enumerate(events) if event["created"] > oldest.timestamp()],
        )

    @property
    def bodies(self) -> list[bytes]:
        """The events as they are sent."""
        return [json.dumps(event).encode() for event in self.events]

    def named(self, text: str) -> str:
        """The text with every id by its name. An id that no event ever showed is an error."""
        return ID.sub(lambda found: self.names[found[0]], text)


class Listener:
    """Collects events as they are made: Stripe's list forgets those of more than thirty days ago."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.events: list[dict[str, Any]] = []

    def news(self) -> list[dict[str, Any]]:
        """The events since the last call, the oldest first."""
        known = {event["id"] for event in self.events}
        found = [event for event in _pages(self._sandbox, "events?") if event["id"] not in known]
        self.events += found[::-1]
        return found[::-1]


def _pages(sandbox: Sandbox, path: str) -> Iterator[dict[str, Any]]:
    after = ""
    while True:
        request = urllib.request.Request(
            f"{sandbox.url}/v1/{path}limit=100{after}",
            headers={"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            page = json.load(answer)
        yield from page["data"]
        if not page["has_more"]:
            return
        after = f"&starting_after={page['data'][-1]['id']}"


def _listed(sandbox: Sandbox, path: str) -> dict[str, str]:
    return {obj["id"]: obj["status"] for obj in _pages(sandbox, path)}


def _names(events: list[Any]) -> dict[str, str]:
    names: dict[str, str] = {}
    counts: dict[str, int] = defaultdict(int)
    for found in ID.findall(json.dumps(events)):
        if found not in names:
            prefix = found.rpartition("_")[0]
            counts[prefix] += 1
            names[found] = f"<{prefix} {counts[prefix]}>"
    return names


def _states(events: list[dict[str, Any]]) -> dict[str, list[str]]:
    states: dict[str, list[str]] = defaultdict(list)
    for event in events:
        obj = event["data"]["object"]
        status = obj.get("status")
        if status and "id" in obj and states[obj["id"]][-1:] != [status]:
            states[obj["id"]].append(status)
    return states
