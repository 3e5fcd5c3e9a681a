"""Decides on which days of a country money comes in, by the names that a policy uses; public holidays are unknown."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERYWHERE_ELSE = "*"
_SATURDAY = 5
_DAYS = {f"day_{number}": number for number in range(1, 32)}


def is_payday_name(name: str) -> bool:
    """Whether a policy may use `name`: `day_1` … `day_31`, `last_day`, `last_business_day`, or a weekday."""
    return name in _DAYS or name in ("last_day", "last_business_day") or name in WEEKDAYS


def paydays_of(country: str, paydays: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The names for `country` (two letters), else those for all others; empty if the policy has none."""
    return paydays.get(country.upper()) or paydays.get(EVERYWHERE_ELSE, ())


def is_payday(day: date, names: Iterable[str]) -> bool:
    """Whether one of `names` is `day`. A month too short for `day_31` pays on its last day."""
    return any(_is(day, name) for name in names)


def _is(day: date, name: str) -> bool:
    last = monthrange(day.year, day.month)[1]
    if name in _DAYS:
        return day.day == min(_DAYS[name], last)
    if name == "last_day":
        return day.day == last
    if name == "last_business_day":
        weekday_of_last = date(day.year, day.month, last).weekday()
        return day.day == last - max(0, weekday_of_last - _SATURDAY + 1)
    return day.weekday() == WEEKDAYS.index(name)
