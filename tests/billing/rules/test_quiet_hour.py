"""Nightly work runs once a night, after its hour, and makes up for a night that was missed."""

from datetime import UTC, datetime

import pytest

from billing.rules.quiet_hour import is_due


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last_started_at", "now", "expected"),
    [
        (None, at(21, 2, 59), False),
        (None, at(21, 3), True),
        (None, at(21, 4), False),
        (at(20, 3), at(21, 2, 59), False),
        (at(20, 3), at(21, 3), True),
        (at(21, 3), at(21, 3, 1), False),
        (at(21, 3), at(21, 23, 59), False),
        (at(18, 3), at(21, 11), True),
        (at(21, 1), at(21, 3), True),
    ],
)
def test_due_once_a_night(last_started_at: datetime | None, now: datetime, expected: bool) -> None:
    assert is_due(last_started_at, now=now, hour=3) is expected


def test_midnight_is_an_hour_like_any_other() -> None:
    assert is_due(at(20, 0, 1), now=at(21, 0), hour=0)
    assert not is_due(at(21, 0), now=at(21, 0, 1), hour=0)
