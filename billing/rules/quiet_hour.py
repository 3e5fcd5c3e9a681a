"""Decides when nightly work is due; it must not know what that work is."""

from datetime import datetime, timedelta


def last_quiet_hour(now: datetime, *, hour: int) -> datetime:
    """When the present or last quiet hour began; `now` is UTC, and so is `hour`."""
    begun = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return begun - timedelta(days=1) if begun > now else begun


def is_due(last_started_at: datetime | None, *, now: datetime, hour: int) -> bool:
    """Whether the quiet hour has begun since the work was last started. Both moments are UTC, and so is `hour`.

    A night that was missed is made up for. What was never started waits for its first quiet hour.
    """
    begun = last_quiet_hour(now, hour=hour)
    if last_started_at is None:
        return now - begun < timedelta(hours=1)
    return last_started_at < begun
