"""Decides when nightly work is due; it must not know what that work is."""

from datetime import datetime, timedelta


def is_due(last_started_at: datetime | None, *, now: datetime, hour: int) -> bool:
    """Whether the quiet hour has begun since the work was last started. Both moments are UTC, and so is `hour`.

    A night that was missed is made up for. What was never started waits for its first quiet hour.
    """
    begun = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if begun > now:
        begun -= timedelta(days=1)
    if last_started_at is None:
        return now - begun < timedelta(hours=1)
    return last_started_at < begun
