"""Decides the minute of a try in the customer's own day; it must not know why, or whether, a try is made.

A window's minutes and UTC instants go together one to one. A minute that the clock leaves out in spring is the next
one that exists; of a minute that comes twice in autumn, the first counts.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from billing.rules.dunning.facts import LocalWindow, Policy
from billing.rules.dunning.paydays import is_payday, paydays_of
from billing.terms import SlotPreference

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_NOON = 12 * 60
# Every payday comes at least once a month, so this many days hold one whatever the names.
_SEARCHED_DAYS = 64


@lru_cache(maxsize=1024)
def known_zone(time_zone: str) -> ZoneInfo | None:
    """The zone called `time_zone`, None for a name that nobody knows."""
    try:
        return ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(time_zone: str) -> ZoneInfo:
    """The zone called `time_zone`, else UTC."""
    return known_zone(time_zone) or ZoneInfo("UTC")


def next_slot(
    after: datetime, *, preference: SlotPreference, time_zone: str, country: str, policy: Policy
) -> datetime:
    """The first whole minute in UTC, strictly after `after`, that lies in the policy's window of the customer's day.

    `local_morning`: before noon, if the window opens before it. `payday_morning`: also on a payday of `country`; a
    plain morning in a policy without paydays. `after_local_midnight`: also on a later day than `after`. `any` and
    `none`: the whole window. An unknown `time_zone` counts as UTC. Safe to repeat.
    """
    zone = zone_of(time_zone)
    window = _window(preference, policy.window)
    today = after.astimezone(zone).date()
    names = paydays_of(country, policy.paydays) if preference == SlotPreference.PAYDAY_MORNING else ()
    for day in _days(today):
        if names and not is_payday(day, names):
            continue
        if preference == SlotPreference.AFTER_LOCAL_MIDNIGHT and day <= today:
            continue
        slot = _first_of_day(day, after=after, window=window, zone=zone)
        if slot is not None:
            return slot
    raise AssertionError(f"No slot after {after} in {time_zone}.")


def last_morning(until: datetime, *, time_zone: str, policy: Policy) -> datetime:
    """When the last local morning at or before `until` began; UTC. An unknown `time_zone` counts as UTC."""
    zone = zone_of(time_zone)
    window = _window(SlotPreference.LOCAL_MORNING, policy.window)
    day = until.astimezone(zone).date()
    while True:
        opens_at = _opening(day, window=window, zone=zone)
        if opens_at is not None and opens_at <= until:
            return opens_at
        day -= _DAY


def is_in_window(at: datetime, *, time_zone: str, policy: Policy) -> bool:
    """Whether a try at `at` keeps to the policy's hours; a window that the clock leaves out whole opens after it."""
    zone = zone_of(time_zone)
    window = policy.window
    if _is_inside(at.astimezone(zone), window):
        return True
    opens_at = _opening(at.astimezone(zone).date(), window=window, zone=zone)
    if opens_at is None or _is_inside(opens_at.astimezone(zone), window):
        return False
    return opens_at <= at < opens_at + (window.to_minute - window.from_minute) * _MINUTE


def _days(today: date) -> Iterator[date]:
    for number in range(_SEARCHED_DAYS):
        yield today + number * _DAY


def _window(preference: SlotPreference, window: LocalWindow) -> LocalWindow:
    is_morning = preference in (SlotPreference.LOCAL_MORNING, SlotPreference.PAYDAY_MORNING)
    if not is_morning or window.from_minute >= _NOON:
        return window
    return LocalWindow(window.from_minute, min(window.to_minute, _NOON))


def _first_of_day(day: date, *, after: datetime, window: LocalWindow, zone: ZoneInfo) -> datetime | None:
    opens_at = _opening(day, window=window, zone=zone)
    if opens_at is None:
        return None
    if opens_at > after:
        return opens_at
    minute = after.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
    while minute.astimezone(zone).fold:
        minute += _MINUTE
    local = minute.astimezone(zone)
    return minute if local.date() == day and _is_inside(local, window) else None


def _is_inside(local: datetime, window: LocalWindow) -> bool:
    return window.from_minute <= local.hour * 60 + local.minute < window.to_minute and not local.fold


def _opening(day: date, *, window: LocalWindow, zone: ZoneInfo) -> datetime | None:
    """The window's first minute on `day` in UTC, None for a day that the zone left out."""
    wanted = datetime.combine(day, time(window.from_minute // 60, window.from_minute % 60))
    minute = wanted.replace(tzinfo=zone).astimezone(UTC)
    local = minute.astimezone(zone)
    if local.replace(tzinfo=None) != wanted:
        minute = _end_of_gap(wanted, zone)
        local = minute.astimezone(zone)
    return minute if local.date() == day else None


def _end_of_gap(wanted: datetime, zone: ZoneInfo) -> datetime:
    """The first minute in UTC that exists after the local minute `wanted`, which does not."""
    # By the offset before the gap an instant behind its end comes out, by the one after it one in front of its end.
    minute = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before = minute.astimezone(zone).utcoffset()
    while minute.astimezone(zone).utcoffset() == before:
        minute += _MINUTE
    return minute
