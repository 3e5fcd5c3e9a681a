"""When an event is tried again, what may overtake it, and when an address is given up."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.rules.webhook_retry import has_arrived, may_overtake, next_try_at, why_disabled

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
WAITS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]


@pytest.mark.parametrize(("tries", "wait"), list(enumerate(WAITS, start=1)))
def test_each_failed_try_waits_longer_and_by_chance_a_fifth_more(tries: int, wait: timedelta) -> None:
    assert next_try_at(tries, now=NOW, chance=0.0) == NOW + wait
    assert next_try_at(tries, now=NOW, chance=0.5) == NOW + wait * 1.1
    assert NOW + wait * 1.19 < next_try_at(tries, now=NOW, chance=0.999) < NOW + wait * 1.2


def test_after_ten_tries_in_about_three_days_it_is_given_up() -> None:
    assert next_try_at(10, now=NOW, chance=0.0) is None
    assert timedelta(days=3) < sum(WAITS, timedelta()) < timedelta(days=4)


@pytest.mark.parametrize(("age", "may"), [(0 * SECOND, False), (59 * SECOND, False), (60 * SECOND, True)])
def test_an_earlier_event_is_waited_for_a_minute_and_no_longer(age: timedelta, may: bool) -> None:
    assert may_overtake(NOW - age, now=NOW) is may


@pytest.mark.parametrize(
    ("status", "arrived"),
    [(200, True), (204, True), (299, True), (199, False), (301, False), (400, False), (500, False), (None, False)],
)
def test_only_a_2xx_has_arrived(status: int | None, arrived: bool) -> None:
    assert has_arrived(status) is arrived


@pytest.mark.parametrize(
    ("status", "failures", "lasts", "reason"),
    [
        (410, 1, 0 * HOUR, "gone"),
        (500, 9, 90 * HOUR, None),
        (500, 10, HOUR, "failures"),
        (None, 10, 72 * HOUR, "failures"),
        (500, 10, HOUR - SECOND, None),
        (503, 400, 10 * MINUTE, None),
        (503, 400, 2 * HOUR, "failures"),
    ],
)
def test_an_address_is_given_up_after_ten_failures_in_a_row_over_an_hour_or_at_once_when_it_is_gone(
    status: int | None, failures: int, lasts: timedelta, reason: str | None
) -> None:
    assert why_disabled(status, failures=failures, failing_since=NOW - lasts, now=NOW) == reason
