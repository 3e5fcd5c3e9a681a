"""Decides when an event is tried again, what may overtake it, and when an address is given up; it sends nothing.

All times are system time, UTC.
"""

from datetime import datetime, timedelta

from billing.terms.outgoing import DisabledReason

# As the specification of Standard Webhooks suggests (github.com/standard-webhooks/standard-webhooks, read 2026-11):
# ten tries in about three days, so that a receiver that is down over a weekend loses nothing.
DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_TRIES = len(DELAYS) + 1
# The share of a delay by which it may be longer, so that many that failed together do not come back together.
_JITTER = 0.2

LONGEST_WAIT_FOR_EARLIER = timedelta(minutes=1)
"""How long an event waits for an earlier one of the same address: order is kept, and a stuck one blocks nothing."""

FAILURES_IN_A_ROW = 10
# A busy receiver that is restarted misses ten events in seconds; it must not be switched off for that.
SHORTEST_RUN_OF_FAILURES = timedelta(hours=1)
SECRET_OVERLAP = timedelta(hours=24)
"""How long both signatures are sent after a secret was replaced."""

_GONE = 410


def next_try_at(tries: int, *, now: datetime, chance: float) -> datetime | None:
    """When it is tried again after `tries` failed ones, or None: it is given up. `chance` is in [0, 1)."""
    if tries >= MOST_TRIES:
        return None
    delay = DELAYS[max(tries, 1) - 1]
    return now + delay * (1 + _JITTER * chance)


def may_overtake(created_at: datetime, *, now: datetime) -> bool:
    """Whether an event of then has waited long enough for those before it."""
    return now - created_at >= LONGEST_WAIT_FOR_EARLIER


def has_arrived(status_code: int | None) -> bool:
    """Any 2xx. A redirect is none: it is not followed."""
    return status_code is not None and 200 <= status_code < 300


def why_disabled(
    status_code: int | None, *, failures: int, failing_since: datetime, now: datetime
) -> DisabledReason | None:
    """Why the address gets nothing any more after this failed try, the last of so many in a row; None: it goes on."""
    if status_code == _GONE:
        return DisabledReason.GONE
    if failures >= FAILURES_IN_A_ROW and now - failing_since >= SHORTEST_RUN_OF_FAILURES:
        return DisabledReason.FAILURES
    return None
