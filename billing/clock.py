"""The only reader of the time. Business time decides business rules, system time decides machine rules.

With the sandbox in use business time follows the sandbox's clock, so that a year can be lived through in a minute;
in production it is the system clock, and a system check refuses anything else.
"""

import json
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from http.client import HTTPException

from django.conf import settings
from django.utils import timezone

_READ_TIMEOUT_SECONDS = 0.5
_KEEP_SECONDS = 0.2

_lock = threading.Lock()
_offset = timedelta(0)
_frozen_at: datetime | None = None
_read_at = float("-inf")


def system_now() -> datetime:
    """Machine time in UTC: leases, back-off, signatures, sessions, signed links, idempotency keys."""
    return timezone.now()


def business_now() -> datetime:
    """Business time in UTC: trial ends, reminders, grace. Without the sandbox's answer the last offset holds."""
    if not settings.USES_SANDBOX:
        return timezone.now()
    with _lock:
        if time.monotonic() - _read_at > _KEEP_SECONDS:
            _read_sandbox_clock()
        return _frozen_at or timezone.now() + _offset


def recent_business_now() -> datetime:
    """Business time in UTC by the sandbox's last answer, asking nobody: for a record within a transaction."""
    with _lock:
        return _frozen_at or timezone.now() + _offset


def reread() -> None:
    """Ask the sandbox again at the next look: this process has just moved its clock."""
    global _read_at
    with _lock:
        _read_at = float("-inf")


def _read_sandbox_clock() -> None:
    """Anything but the clock's own answer leaves what was known: time must not stop a page."""
    global _offset, _frozen_at, _read_at
    try:
        with urllib.request.urlopen(  # noqa: S310  # A fixed http address from the settings.
            f"{settings.SANDBOX_URL}/_sandbox/clock", timeout=_READ_TIMEOUT_SECONDS
        ) as answer:
            clock = json.load(answer)
        offset = timedelta(seconds=clock["offset_seconds"])
        frozen_at = datetime.fromtimestamp(clock["now"], tz=UTC) if clock["is_frozen"] else None
    except (OSError, HTTPException, ValueError, LookupError, TypeError, OverflowError):
        pass
    else:
        _offset, _frozen_at = offset, frozen_at
    _read_at = time.monotonic()
