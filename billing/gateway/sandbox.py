"""Moves the clock of the local sandbox; it exists only where the sandbox stands in for Stripe."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from billing.errors import StripeUnreachable

_READ_TIMEOUT_SECONDS = 10
_MOVE_TIMEOUT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class SandboxClock:
    """The sandbox's time in UTC, and when it has something to do next."""

    now: datetime
    next_due_at: datetime | None
    pending_deliveries: int


def read_clock() -> SandboxClock:
    """Raises StripeUnreachable when no sandbox answers."""
    return _ask(None, timeout_seconds=_READ_TIMEOUT_SECONDS)


def move_clock(to: datetime) -> SandboxClock:
    """Move time forward to a moment; everything due until then has happened, and was sent, on return."""
    return _ask({"set": to.timestamp()}, timeout_seconds=_MOVE_TIMEOUT_SECONDS)


def _ask(body: dict[str, Any] | None, *, timeout_seconds: float) -> SandboxClock:
    request = urllib.request.Request(  # noqa: S310  # A fixed http address from the settings.
        f"{settings.SANDBOX_URL}/_sandbox/clock",
        data=json.dumps(body).encode() if body else None,
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout_seconds) as response:  # noqa: S310
            answer = json.load(response)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise StripeUnreachable(f"No sandbox answers at {settings.SANDBOX_URL}.") from error
    due = answer["next_due"]
    return SandboxClock(
        now=datetime.fromtimestamp(answer["now"], tz=UTC),
        next_due_at=None if due is None else datetime.fromtimestamp(due, tz=UTC),
        pending_deliveries=answer["pending_deliveries"],
    )
