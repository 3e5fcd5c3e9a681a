"""The minute of a try in the customer's day: the window, paydays, and the days on which clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from billing.rules.dunning.facts import LocalWindow, Policy
from billing.rules.dunning.slots import is_in_window, known_zone, last_morning, next_slot
from billing.terms import SlotPreference
from tests.billing.rules.dunning.cases import policy

ANY, MORNING, PAYDAY, FRESH = (
    SlotPreference.ANY,
    SlotPreference.LOCAL_MORNING,
    SlotPreference.PAYDAY_MORNING,
    SlotPreference.AFTER_LOCAL_MIDNIGHT,
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(begins: int, ends: int, **changes: object) -> Policy:
    return policy(window=LocalWindow(begins * 60, ends * 60), **changes)


@pytest.mark.parametrize(
    ("after", "preference", "zone", "begins", "ends", "expected"),
    [
        ("2026-03-02 05:00", ANY, "UTC", 6, 9, "2026-03-02 06:00"),
        ("2026-03-02 05:59:59", ANY, "UTC", 6, 9, "2026-03-02 06:00"),
        ("2026-03-02 06:00", ANY, "UTC", 6, 9, "2026-03-02 06:01"),
        ("2026-03-02 07:10:20", ANY, "UTC", 6, 9, "2026-03-02 07:11"),
        ("2026-03-02 08:58", ANY, "UTC", 6, 9, "2026-03-02 08:59"),
        ("2026-03-02 08:59", ANY, "UTC", 6, 9, "2026-03-03 06:00"),
        ("2026-03-02 13:00", ANY, "UTC", 6, 20, "2026-03-02 13:01"),
        ("2026-03-02 13:00", MORNING, "UTC", 6, 20, "2026-03-03 06:00"),
        ("2026-03-02 13:00", MORNING, "UTC", 13, 20, "2026-03-02 13:01"),
        ("2026-03-02 05:00", FRESH, "UTC", 6, 9, "2026-03-03 06:00"),
        ("2026-03-02 04:59", FRESH, "America/New_York", 6, 9, "2026-03-02 11:00"),
        ("2026-03-02 05:00", FRESH, "America/New_York", 6, 9, "2026-03-03 11:00"),
        ("2026-03-02 23:59", ANY, "UTC", 0, 24, "2026-03-03 00:00"),
        # The day of the customer, not of Greenwich.
        ("2026-03-02 12:00", ANY, "Pacific/Kiritimati", 6, 9, "2026-03-02 16:00"),
        ("2026-03-02 12:00", ANY, "Pacific/Pago_Pago", 6, 9, "2026-03-02 17:00"),
        ("2026-03-02 12:00", ANY, "Asia/Kathmandu", 6, 9, "2026-03-03 00:15"),
        # 29 February, and a year without one.
        ("2028-02-28 10:00", ANY, "UTC", 6, 9, "2028-02-29 06:00"),
        ("2028-02-29 10:00", ANY, "UTC", 6, 9, "2028-03-01 06:00"),
        ("2026-02-28 10:00", ANY, "UTC", 6, 9, "2026-03-01 06:00"),
        # Forward: 02:00 to 03:00 is left out in Berlin on 29 March.
        ("2026-03-28 12:00", ANY, "Europe/Berlin", 6, 9, "2026-03-29 04:00"),
        ("2026-03-28 12:00", ANY, "Europe/Berlin", 2, 4, "2026-03-29 01:00"),
        ("2026-03-28 12:00", ANY, "Europe/Berlin", 2, 3, "2026-03-29 01:00"),
        ("2026-03-29 01:00", ANY, "Europe/Berlin", 2, 3, "2026-03-30 00:00"),
        ("2026-03-29 00:59", ANY, "Europe/Berlin", 1, 4, "2026-03-29 01:00"),
        # Back: 02:00 to 03:00 comes twice in Berlin on 25 October; the first counts.
        ("2026-10-24 12:00", ANY, "Europe/Berlin", 2, 3, "2026-10-25 00:00"),
        ("2026-10-25 00:59", ANY, "Europe/Berlin", 2, 3, "2026-10-26 01:00"),
        ("2026-10-25 00:59", ANY, "Europe/Berlin", 2, 4, "2026-10-25 02:00"),
        ("2026-10-25 01:30", ANY, "Europe/Berlin", 2, 4, "2026-10-25 02:00"),
        # A midnight that does not exist, half an hour, and two hours.
        ("2026-09-05 12:00", ANY, "America/Santiago", 0, 1, "2026-09-06 04:00"),
        ("2026-10-03 12:00", ANY, "Australia/Lord_Howe", 2, 3, "2026-10-03 15:30"),
        ("2026-03-28 12:00", ANY, "Antarctica/Troll", 1, 3, "2026-03-29 01:00"),
        # Apia left out the whole of 30 December 2011.
        ("2011-12-29 20:00", ANY, "Pacific/Apia", 6, 9, "2011-12-30 16:00"),
        ("2026-03-02 05:00", ANY, "Nowhere/Atlantis", 6, 9, "2026-03-02 06:00"),
    ],
)
def test_the_first_minute_that_fits(
    after: str, preference: SlotPreference, zone: str, begins: int, ends: int, expected: str
) -> None:
    slot = next_slot(
        utc(after), preference=preference, time_zone=zone, country="", policy=hours(begins, ends, paydays={})
    )

    assert slot == utc(expected)
    assert slot.tzinfo is UTC


PAYDAYS = {"*": ("day_1", "last_business_day"), "DE": ("day_31",), "US": ("friday", "day_15"), "GB": ("last_day",)}


@pytest.mark.parametrize(
    ("after", "country", "expected"),
    [
        ("2026-03-02 12:00", "FR", "2026-03-31"),
        ("2026-05-02 12:00", "FR", "2026-05-29"),
        ("2026-05-29 08:59", "", "2026-06-01"),
        ("2026-03-31 12:00", "DE", "2026-04-30"),
        ("2026-02-02 12:00", "DE", "2026-02-28"),
        ("2028-02-02 12:00", "DE", "2028-02-29"),
        ("2026-02-28 12:00", "DE", "2026-03-31"),
        ("2026-03-02 12:00", "US", "2026-03-06"),
        ("2026-03-13 12:00", "us", "2026-03-15"),
        ("2026-12-31 12:00", "GB", "2027-01-31"),
    ],
)
def test_a_payday_is_one_of_the_country(after: str, country: str, expected: str) -> None:
    slot = next_slot(utc(after), preference=PAYDAY, time_zone="UTC", country=country, policy=policy(paydays=PAYDAYS))

    assert slot == utc(f"{expected} 06:00")


def test_a_payday_is_a_day_of_the_customer() -> None:
    slot = next_slot(
        utc("2026-03-30 18:00"),
        preference=PAYDAY,
        time_zone="Pacific/Kiritimati",
        country="GB",
        policy=policy(paydays=PAYDAYS),
    )

    assert slot == utc("2026-03-30 18:01")
    assert slot.astimezone(ZoneInfo("Pacific/Kiritimati")).date() == date(2026, 3, 31)


def test_a_policy_without_paydays_takes_the_next_morning() -> None:
    slot = next_slot(
        utc("2026-03-02 12:00"), preference=PAYDAY, time_zone="UTC", country="DE", policy=hours(6, 20, paydays={})
    )

    assert slot == utc("2026-03-03 06:00")


@pytest.mark.parametrize(
    ("until", "zone", "expected"),
    [
        ("2026-03-09 12:00", "UTC", "2026-03-09 06:00"),
        ("2026-03-09 06:00", "UTC", "2026-03-09 06:00"),
        ("2026-03-09 05:59", "UTC", "2026-03-08 06:00"),
        ("2026-03-29 12:00", "Europe/Berlin", "2026-03-29 04:00"),
        ("2026-03-29 03:00", "Europe/Berlin", "2026-03-28 05:00"),
        ("2011-12-30 12:00", "Pacific/Apia", "2011-12-29 16:00"),
    ],
)
def test_the_last_morning_until_a_moment(until: str, zone: str, expected: str) -> None:
    assert last_morning(utc(until), time_zone=zone, policy=hours(6, 20)) == utc(expected)


@pytest.mark.parametrize(
    ("at", "zone", "begins", "ends", "expected"),
    [
        ("2026-03-02 06:00", "UTC", 6, 9, True),
        ("2026-03-02 08:59:59", "UTC", 6, 9, True),
        ("2026-03-02 09:00", "UTC", 6, 9, False),
        ("2026-03-02 05:59:59", "UTC", 6, 9, False),
        ("2026-03-29 01:30", "Europe/Berlin", 2, 3, True),
        ("2026-03-29 02:00", "Europe/Berlin", 2, 3, False),
        ("2026-03-29 02:00", "Europe/Berlin", 2, 4, False),
        ("2026-10-25 00:30", "Europe/Berlin", 2, 3, True),
        ("2026-10-25 01:30", "Europe/Berlin", 2, 3, False),
    ],
)
def test_whether_a_moment_keeps_to_the_hours(at: str, zone: str, begins: int, ends: int, expected: bool) -> None:
    assert is_in_window(utc(at), time_zone=zone, policy=hours(begins, ends)) is expected


@pytest.mark.parametrize("name", ["", "Nowhere/Atlantis", "../etc/passwd", "/etc/passwd", "Europe", "\0", "x" * 300])
def test_what_is_no_zone_is_none(name: str) -> None:
    assert known_zone(name) is None


def test_a_zone_is_known() -> None:
    assert known_zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")
