"""Draws a stretch of time to scale: where today and the marks lie between its start and its end; it knows no words.

Positions are texts in percent with a point, ready for an SVG attribute in any language.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

DAY_TICKS_UP_TO = 62
DAYS_OF_A_WEEK = 7
_LABEL_EDGE, _MARK_EDGE, _APART = 25.0, 18.0, 14.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the ruler; `has_room` says that its label touches neither today's nor the edges."""

    at: datetime
    position: str
    has_room: bool


@dataclass(frozen=True, slots=True)
class Ruler:
    """`day` of `days` is today, the first is 1; `anchor` says how its label hangs, so that it stays on the paper."""

    starts_at: datetime
    ends_at: datetime
    days: int
    day: int
    tick: str
    today: str
    anchor: str
    stops: tuple[Mark, ...] = ()
    misses: tuple[Mark, ...] = ()
    turns: tuple[Mark, ...] = ()


def draw_ruler(
    starts_at: datetime | None,
    *,
    ends_at: datetime | None,
    now: datetime,
    stops: Iterable[datetime] = (),
    misses: Iterable[datetime] = (),
    turns: Iterable[datetime] = (),
) -> Ruler | None:
    """The ruler of a stretch (UTC), or None where a side is unknown or nothing lies between. One tick is a day, on a
    long ruler a week."""
    if starts_at is None or ends_at is None or ends_at.date() <= starts_at.date():
        return None
    days = (ends_at.date() - starts_at.date()).days
    gone = min(max((now.date() - starts_at.date()).days, 0), days)
    today = 100 * gone / days
    step = 1 if days <= DAY_TICKS_UP_TO else DAYS_OF_A_WEEK

    def mark(at: datetime) -> Mark:
        place = min(max(100 * (at.date() - starts_at.date()).days / days, 0), 100)
        has_room = _MARK_EDGE <= place <= 100 - _MARK_EDGE and abs(place - today) >= _APART
        return Mark(at=at, position=_percent(place), has_room=has_room)

    return Ruler(
        starts_at=starts_at,
        ends_at=ends_at,
        days=days,
        day=min(gone + 1, days),
        tick=f"{100 * step / days:.4f}%",
        today=_percent(today),
        anchor="start" if today < _LABEL_EDGE else "end" if today > 100 - _LABEL_EDGE else "middle",
        stops=tuple(mark(at) for at in stops if starts_at < at < ends_at),
        misses=tuple(mark(at) for at in misses if starts_at <= at <= ends_at),
        turns=tuple(mark(at) for at in turns if starts_at < at < ends_at),
    )


def _percent(place: float) -> str:
    return f"{place:.2f}%"
