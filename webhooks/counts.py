"""Counts what the inbox does, for `/metrics`: memory of this process only, no database, a few microseconds a call.

Every name ends in its unit. What a row of the database can tell is read from there instead, when somebody asks.
"""

from prometheus_client import Counter, Histogram

_ACK_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
_SKEW_BUCKETS = (-300, -120, -60, -30, -10, -5, -2, 0, 2, 5, 10, 30, 60, 120, 300)

_acked = Counter("inbox_acked", "Deliveries answered with 200, copies among them.", ["outcome"])
_ack_seconds = Histogram("inbox_ack_seconds", "From the first byte read to the answer 200.", buckets=_ACK_BUCKETS)
_refused = Counter("inbox_refused", "Deliveries that were not believed or not readable.", ["reason"])
_not_stored = Counter("inbox_not_stored", "Signed deliveries answered with 503 because the database failed.")
_skew_seconds = Histogram(
    "inbox_clock_skew_seconds", "Our clock minus the provider's stamp at a delivery.", buckets=_SKEW_BUCKETS
)
_dispatched = Counter("inbox_dispatched", "Events handed over to the mirror.")
_ignored = Counter("inbox_ignored", "Events of a type without a handler.", ["type"])
_failed_wakeups = Counter("inbox_failed_wakeups", "Wake-ups that the broker did not take.")


def acked(*, is_new: bool, seconds: float) -> None:
    """A delivery was answered with 200, `seconds` after its reading began; a copy is no new one."""
    _acked.labels("new" if is_new else "duplicate").inc()
    _ack_seconds.observe(seconds)


def refused(reason: str) -> None:
    """A delivery was refused. `reason` is one of our own few words, never anything that was sent."""
    _refused.labels(reason).inc()


def not_stored() -> None:
    """A signed delivery was answered with 503: the provider will send it again."""
    _not_stored.inc()


def stamped(skew_seconds: float) -> None:
    """A delivery carried a stamp that is `skew_seconds` behind our clock (negative: ahead of it)."""
    _skew_seconds.observe(skew_seconds)


def dispatched(count: int = 1) -> None:
    """So many events were handed to the mirror: the denominator of fetches per event."""
    _dispatched.inc(count)


def ignored(event_type: str) -> None:
    """A signed event has a type that nothing handles."""
    _ignored.labels(event_type).inc()


def wakeup_failed() -> None:
    """The broker did not take a wake-up; beat will come by."""
    _failed_wakeups.inc()
