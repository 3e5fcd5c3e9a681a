"""Slots against a count of all minutes, minute by minute, around every change of the clocks (rule D8)."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.rules.dunning.facts import LocalWindow, Policy
from billing.rules.dunning.paydays import is_payday
from billing.rules.dunning.slots import is_in_window, next_slot
from billing.terms import SlotPreference
from tests.billing.rules.dunning.cases import policy, unhurried

MINUTE = timedelta(minutes=1)
# From UTC-11 to UTC+14, with changes by an hour, half an hour and two hours, at night and at midnight.
ZONES = [
    "Pacific/Pago_Pago",
    "Pacific/Kiritimati",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Antarctica/Troll",
    "UTC",
]
LEAP_DAY = datetime(2028, 2, 29, tzinfo=UTC)
MONTH_ENDS = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=days) for days in (0, 31, 59, 90, 120, 365)]


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The hours of 2026 to 2028 before which the zone's clocks change."""
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number) for number in range(3 * 365 * 24)]
    offsets = [hour.astimezone(ZoneInfo(zone)).utcoffset() for hour in hours]
    return tuple(
        hour for hour, before, after in zip(hours[1:], offsets, offsets[1:], strict=False) if before != after
    )


@st.composite
def moments(draw: st.DrawFn, zone: str) -> datetime:
    near = draw(st.sampled_from([LEAP_DAY, *MONTH_ENDS, *changes(zone)]))
    return near + timedelta(seconds=draw(st.integers(-2 * 86400, 2 * 86400)))


@st.composite
def windows(draw: st.DrawFn) -> LocalWindow:
    begins = draw(st.one_of(st.integers(0, 1380), st.sampled_from([0, 60, 90, 120, 150, 180, 1380])))
    return LocalWindow(begins, draw(st.integers(begins + 60, 1440)))


@cache
def minutes_of(day: date, zone: str) -> list[tuple[datetime, int]]:
    """All instants of a local day with their minute since midnight, but none that the clock shows a second time."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(hours=3)
    instants = [start + number * MINUTE for number in range(31 * 60)]
    seen = [(instant, instant.astimezone(ZoneInfo(zone))) for instant in instants]
    return [
        (instant, local.hour * 60 + local.minute) for instant, local in seen if local.date() == day and not local.fold
    ]


def minutes_in_window(day: date, zone: str, window: LocalWindow) -> list[datetime]:
    """Those of the window; the first after it where the clock leaves out the whole of it."""
    own = minutes_of(day, zone)
    inside = [instant for instant, minute in own if window.from_minute <= minute < window.to_minute]
    return inside or [next(instant for instant, minute in own if minute >= window.to_minute)]


def counted(after: datetime, zone: str, window: LocalWindow, *, days: list[date]) -> datetime:
    found = (minutes_in_window(day, zone, window) for day in days)
    return next(minute for minutes in found for minute in minutes if minute > after)


def days_from(after: datetime, zone: str, number: int) -> list[date]:
    today = after.astimezone(ZoneInfo(zone)).date()
    return [today + timedelta(days=each) for each in range(number)]


def asked(after: datetime, zone: str, rules: Policy, preference: SlotPreference) -> datetime:
    return next_slot(after, preference=preference, time_zone=zone, country="", policy=rules)


@pytest.mark.parametrize("zone", ZONES)
@settings(unhurried, max_examples=60)
@given(data=st.data())
def test_the_slot_is_the_first_minute_that_a_count_finds(zone: str, data: st.DataObject) -> None:
    after = data.draw(moments(zone))
    window = data.draw(windows())
    rules = policy(window=window)

    slot = asked(after, zone, rules, SlotPreference.ANY)

    assert slot == counted(after, zone, window, days=days_from(after, zone, 3))
    assert is_in_window(slot, time_zone=zone, policy=rules)
    assert after < slot < after + timedelta(days=2)


@pytest.mark.parametrize("zone", ZONES)
@settings(unhurried, max_examples=30)
@given(data=st.data())
def test_no_day_is_lost_or_has_two_openings(zone: str, data: st.DataObject) -> None:
    window = data.draw(windows())
    rules = policy(window=window)
    slot = asked(data.draw(moments(zone)), zone, rules, SlotPreference.AFTER_LOCAL_MIDNIGHT)

    days = []
    for _ in range(6):
        days.append(slot.astimezone(ZoneInfo(zone)).date())
        slot = asked(slot, zone, rules, SlotPreference.AFTER_LOCAL_MIDNIGHT)

    assert days == [days[0] + timedelta(days=number) for number in range(6)]


@pytest.mark.parametrize("zone", ZONES)
@settings(unhurried, max_examples=40)
@given(data=st.data())
def test_a_payday_is_the_first_that_comes(zone: str, data: st.DataObject) -> None:
    after = data.draw(moments(zone))
    names = tuple(data.draw(st.sets(st.sampled_from(["day_1", "day_30", "last_business_day", "friday"]), min_size=1)))
    rules = policy(window=LocalWindow(0, 240), paydays={"*": names})

    slot = asked(after, zone, rules, SlotPreference.PAYDAY_MORNING)

    paydays = [day for day in days_from(after, zone, 40) if is_payday(day, names)]
    assert slot == counted(after, zone, rules.window, days=paydays)


@pytest.mark.parametrize("zone", ZONES)
@settings(unhurried, max_examples=30)
@given(data=st.data())
def test_later_questions_get_no_earlier_slots(zone: str, data: st.DataObject) -> None:
    rules = policy(window=data.draw(windows()))
    first, second = sorted([data.draw(moments(zone)), data.draw(moments(zone))])

    for preference in SlotPreference:
        assert asked(first, zone, rules, preference) <= asked(second, zone, rules, preference)
