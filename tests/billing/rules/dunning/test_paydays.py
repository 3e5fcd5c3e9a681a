"""Paydays by name, day by day of a month."""

from datetime import date, timedelta

import pytest

from billing.rules.dunning.paydays import is_payday, is_payday_name, paydays_of


def days(name: str, year: int, month: int) -> list[int]:
    first = date(year, month, 1)
    month_days = [first + timedelta(days=number) for number in range(31)]
    return [day.day for day in month_days if day.month == month and is_payday(day, (name,))]


@pytest.mark.parametrize(
    ("name", "year", "month", "expected"),
    [
        ("day_1", 2026, 3, [1]),
        ("day_15", 2026, 3, [15]),
        ("day_29", 2028, 2, [29]),
        ("day_29", 2026, 2, [28]),
        ("day_31", 2026, 4, [30]),
        ("last_day", 2026, 4, [30]),
        ("last_day", 2028, 2, [29]),
        ("last_business_day", 2026, 2, [27]),  # The 28th is a Saturday.
        ("last_business_day", 2026, 5, [29]),  # The 31st is a Sunday.
        ("last_business_day", 2026, 3, [31]),  # A Tuesday.
        ("last_business_day", 2026, 7, [31]),  # A Friday.
        ("friday", 2026, 3, [6, 13, 20, 27]),
        ("monday", 2026, 3, [2, 9, 16, 23, 30]),
    ],
)
def test_which_days_of_a_month(name: str, year: int, month: int, expected: list[int]) -> None:
    assert days(name, year, month) == expected


@pytest.mark.parametrize("name", ["", "day_0", "day_32", "day_01", "Friday", "first_business_day", "*"])
def test_other_names_are_none(name: str) -> None:
    assert not is_payday_name(name)


def test_a_country_without_its_own_has_those_of_the_rest() -> None:
    known = {"*": ("day_1",), "US": ("friday",)}

    assert paydays_of("us", known) == ("friday",)
    assert paydays_of("DE", known) == paydays_of("", known) == ("day_1",)
    assert paydays_of("DE", {}) == ()
