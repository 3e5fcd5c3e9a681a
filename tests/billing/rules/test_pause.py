"""How long a pause may last, when it ends, and whether a period begins with its end."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.errors import InvalidInput
from billing.rules.pause import add_months, begins_period, ends_after, ends_on, first_and_last_day, months_to_choose

END = datetime(2026, 12, 14, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("longest", "months"), [(0, ()), (1, (1,)), (3, (1, 2, 3)), (12, (1, 2, 3))])
def test_the_months_to_choose_stay_within_the_longest_pause(longest: int, months: tuple[int, ...]) -> None:
    assert months_to_choose(longest) == months


@pytest.mark.parametrize(
    ("at", "months", "expected"),
    [
        (datetime(2027, 1, 31, tzinfo=UTC), 1, datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2027, 12, 31, tzinfo=UTC), 2, datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 12, 14, tzinfo=UTC), 1, datetime(2027, 1, 14, tzinfo=UTC)),
    ],
)
def test_months_are_those_of_the_calendar(at: datetime, months: int, expected: datetime) -> None:
    assert add_months(at, months) == expected


def test_a_pause_ends_an_hour_before_the_renewal_that_it_must_not_void() -> None:
    assert ends_after(1, period_end=END, longest_months=3) == datetime(2027, 1, 14, 8, 30, tzinfo=UTC)
    assert ends_on(date(2027, 1, 14), period_end=END, longest_months=3) == datetime(2027, 1, 14, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("months", [-1, 0, 4])
def test_another_number_of_months_is_refused(months: int) -> None:
    with pytest.raises(InvalidInput):
        ends_after(months, period_end=END, longest_months=3)


def test_only_days_after_the_paid_period_and_within_the_longest_pause_are_allowed() -> None:
    first, last = first_and_last_day(END, longest_months=3)

    assert (first, last) == (date(2026, 12, 15), date(2027, 3, 14))
    for day in (first, last):
        assert ends_on(day, period_end=END, longest_months=3) > END
    for day in (first - DAY, last + DAY):
        with pytest.raises(InvalidInput):
            ends_on(day, period_end=END, longest_months=3)


@pytest.mark.parametrize(
    ("paid_until", "period_end", "begins"),
    [
        (END - DAY, END + 20 * DAY, True),
        (END, END + 20 * DAY, True),
        (END + DAY, END + 20 * DAY, False),  # It is still paid.
        (END - DAY, END + DAY, False),  # The renewal comes by itself.
        (END - DAY, END + 2 * DAY, False),
        (None, END + 20 * DAY, False),
        (END - DAY, None, False),
    ],
)
def test_a_period_begins_only_where_nothing_is_paid_and_no_renewal_is_near(
    paid_until: datetime | None, period_end: datetime | None, begins: bool
) -> None:
    assert begins_period(paid_until=paid_until, period_end=period_end, now=END) is begins
