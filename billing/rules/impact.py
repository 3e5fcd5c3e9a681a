"""Decides what a lower plan takes away: limits that are exceeded, limits that shrink, features that go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from billing.rules.entitlement import Grant


class Fate(StrEnum):
    """What becomes of what is above a limit. Nothing is ever deleted.

    `read_only`: it can be read and not changed. `no_more`: it stays as it is, and nothing can be added.
    """

    READ_ONLY = "read_only"
    NO_MORE = "no_more"


@dataclass(frozen=True, slots=True)
class UsedFeature:
    """A feature of the catalogue and how much of it is used; `used` is None where nothing is counted."""

    code: str
    name: str
    is_limit: bool
    used: int | None = None
    fate: Fate = Fate.READ_ONLY


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit of the lower plan that the present use is above, by `over`."""

    code: str
    name: str
    used: int
    limit: int
    fate: Fate

    @property
    def over(self) -> int:
        return self.used - self.limit


@dataclass(frozen=True, slots=True)
class Lowered:
    """A limit that shrinks; `before` is None for any number. `used` fits, or is None where nothing is counted."""

    code: str
    name: str
    before: int | None
    limit: int
    used: int | None


@dataclass(frozen=True, slots=True)
class Lost:
    """A feature that goes altogether."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Impact:
    """In the catalogue's order. It fits if nothing is exceeded."""

    exceeded: tuple[Exceeded, ...] = ()
    lowered: tuple[Lowered, ...] = ()
    lost: tuple[Lost, ...] = ()

    @property
    def fits(self) -> bool:
        return not self.exceeded

    @property
    def is_nothing(self) -> bool:
        return not (self.exceeded or self.lowered or self.lost)


def impact_of(before: Mapping[str, Grant], after: Mapping[str, Grant], *, features: Iterable[UsedFeature]) -> Impact:
    """What changes for somebody who uses `features` when the grants `before` become those `after`.

    A limit that is exceeded already counts as well, even if it does not shrink: what is above it is closed then, too.
    """
    exceeded: list[Exceeded] = []
    lowered: list[Lowered] = []
    lost: list[Lost] = []
    for feature in features:
        old, new = _limit(before.get(feature.code)), _limit(after.get(feature.code))
        if new is not None and feature.is_limit and feature.used is not None and feature.used > new:
            exceeded.append(Exceeded(feature.code, feature.name, feature.used, new, feature.fate))
        elif new == 0 and old != 0:
            lost.append(Lost(feature.code, feature.name))
        elif new is not None and feature.is_limit and (old is None or old > new):
            lowered.append(Lowered(feature.code, feature.name, old, new, feature.used))
    return Impact(tuple(exceeded), tuple(lowered), tuple(lost))


def _limit(grant: Grant | None) -> int | None:
    """How many a grant allows: none without one, any number (None) for a flag that is on or a limit without end."""
    if grant is None:
        return 0
    return None if grant.is_unlimited else grant.limit
