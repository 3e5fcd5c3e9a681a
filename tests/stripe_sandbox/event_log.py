"""What a test reads from the log of events: the types since a moment, with every envelope checked on the way."""

from dataclasses import dataclass
from typing import Any

from stripe_sandbox import API_VERSION
from tests.stripe_sandbox.driver import Driver

ENVELOPE = {
    "id",
    "object",
    "api_version",
    "created",
    "data",
    "livemode",
    "pending_webhooks",
    "request",
    "type",
}
# Besides updates these name old values: what a refund changed in its charge, and who had the card.
TELL_OLD_VALUES = {"charge.refunded", "payment_method.detached"}


@dataclass
class EventLog:
    """The events of one sandbox; each reading begins where the one before ended."""

    driver: Driver
    read: int = 0

    def skip(self) -> None:
        """Leave out what has happened so far."""
        self.read = len(self._all())

    def types(self) -> list[str]:
        """Types of the events since the last reading, oldest first."""
        new = self._all()[self.read :]
        self.read += len(new)
        for event in new:
            check_envelope(event)
        return [event["type"] for event in new]

    def by_time_alone(self) -> list[str]:
        """The same, for a stretch in which nobody called: no event may name a request."""
        new = self._all()[self.read :]
        assert all(event["request"] == {"id": None, "idempotency_key": None} for event in new)
        return self.types()

    def _all(self) -> list[dict[str, Any]]:
        return list(reversed(self.driver.sandbox.recent_events(limit=10_000)))


def check_envelope(event: dict[str, Any]) -> None:
    """Every key that Stripe's events have; old values only where they belong, and only what differs."""
    assert event.keys() == ENVELOPE
    assert (event["object"], event["api_version"], event["livemode"]) == ("event", API_VERSION, False)
    assert event["request"].keys() == {"id", "idempotency_key"}
    old_values = event["data"].get("previous_attributes")
    tells_old_values = event["type"].endswith(".updated") or event["type"] in TELL_OLD_VALUES
    assert bool(old_values) is tells_old_values, event["type"]
    for key, old in (old_values or {}).items():
        assert event["data"]["object"].get(key) != old, (event["type"], key)
