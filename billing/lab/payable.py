"""Makes up when a card would be accepted again: as money comes and goes, a fault passes, or new data arrive."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from billing.lab.assumptions import Drawn
from billing.lab.causes import LISTED_PAYDAYS, OTHER_PAYDAYS, Truth

Span = tuple[datetime, datetime]
_LOOKED_AHEAD = timedelta(days=63)
_FRIDAY = 4


def payable_spans(
    truth: Truth, *, opened_at: datetime, time_zone: str, chance: Random, drawn: Drawn
) -> tuple[tuple[Span, ...], datetime | None]:
    """The spans (UTC) in which nothing stands against a payment, and when the card's new data come, if they do."""
    end = opened_at + _LOOKED_AHEAD
    if truth == Truth.NO_MONEY:
        return _money(opened_at, end, time_zone=time_zone, chance=chance, drawn=drawn), None
    if truth == Truth.EXPIRED:
        is_renewed = chance.random() < drawn["card_renewed"]
        renewed_at = opened_at + _some(drawn["card_renewed_after"], chance)
        return (((renewed_at, end),), renewed_at) if is_renewed else ((), None)
    if truth == Truth.FAULT:
        return ((opened_at + _some(drawn["fault_passes_after"] / 24, chance), end),), None
    if truth == Truth.LIMIT:
        return ((_at_local(opened_at, time_zone, days=1, hours=0.0), end),), None
    if truth == Truth.BANK and chance.random() >= drawn["bank_never"]:
        return ((opened_at + _some(drawn["bank_passes_after"], chance), end),), None
    return (), None


def _some(mean_days: float, chance: Random) -> timedelta:
    return timedelta(days=chance.expovariate(1 / mean_days))


def _money(opened_at: datetime, end: datetime, *, time_zone: str, chance: Random, drawn: Drawn) -> tuple[Span, ...]:
    if chance.random() < drawn["money_never"]:
        return ()
    lasts = drawn["money_lasts"]
    spans: list[Span] = []
    if chance.random() >= drawn["money_on_payday"]:
        at = opened_at
        while (at := at + _some(drawn["money_comes_after"], chance)) < end:
            spent_at = at + _some(lasts, chance)
            spans.append((at, spent_at))
            at = spent_at
        return tuple(spans)
    is_listed = chance.random() < drawn["payday_listed"]
    name = chance.choice(LISTED_PAYDAYS if is_listed else OTHER_PAYDAYS)
    hours = chance.uniform(0, drawn["wages_by"])
    for days in range(_LOOKED_AHEAD.days):
        at = _at_local(opened_at, time_zone, days=days, hours=hours)
        if at > opened_at and _pays_on(at.astimezone(_zone(time_zone)).date(), name):
            spans.append((at, at + _some(lasts, chance)))
    return tuple(spans)


def _zone(time_zone: str) -> ZoneInfo:
    return ZoneInfo(time_zone or "UTC")


def _at_local(moment: datetime, time_zone: str, *, days: int, hours: float) -> datetime:
    """That many `hours` after local midnight, `days` after `moment`; UTC."""
    day = moment.astimezone(_zone(time_zone)).date() + timedelta(days=days)
    midnight = datetime.combine(day, time(), tzinfo=_zone(time_zone))
    return midnight.astimezone(UTC) + timedelta(hours=hours)


def _pays_on(day: date, name: str) -> bool:
    """Written apart from the policies' paydays, so that a fault there does not hide in the model."""
    if name == "friday":
        return day.weekday() == _FRIDAY
    if name == "last_business_day":
        last = date(day.year, day.month, monthrange(day.year, day.month)[1])
        while last.weekday() > _FRIDAY:
            last -= timedelta(days=1)
        return day == last
    return day.day == int(name.removeprefix("day_"))
