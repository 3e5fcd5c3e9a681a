"""Adds up what the items of a subscription give together, and what an agreement with one customer puts in its place.

It must not know time or status: what is open, `rules.entitlement` decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """A feature that a plan gives: a flag that is on, a number, a number for each seat, or unlimited."""

    limit: int | None = None
    is_unlimited: bool = False
    is_per_seat: bool = False


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """With `has_seats` the quantity of an item counts seats; else it counts how often the plan was bought."""

    code: str
    name: str
    rank: int
    grants: Mapping[str, Grant] = field(default_factory=dict)
    has_seats: bool = False


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One current item of a subscription: a plan and how many of it."""

    plan: PlanFacts
    quantity: int = 1
    stripe_item_id: str = ""
    stripe_price_id: str = ""


@dataclass(frozen=True, slots=True)
class OverrideFacts:
    """What staff granted beside the plan, in business time: one feature, or with `plan` a whole plan (a comp).

    `grant` is what the feature becomes; None takes it away. `quantity` is the seats of a comp. `end` is exclusive.
    """

    uuid: str
    starts_at: datetime
    ends_at: datetime | None = None
    ended_at: datetime | None = None
    feature: str = ""
    grant: Grant | None = None
    plan: PlanFacts | None = None
    quantity: int = 1

    def closes_at(self) -> datetime | None:
        return min((at for at in (self.ends_at, self.ended_at) if at is not None), default=None)

    def runs(self, now: datetime) -> bool:
        end = self.closes_at()
        return self.starts_at <= now and (end is None or now < end)


def granted(item: ItemFacts) -> Mapping[str, Grant]:
    """What one item gives, its quantity multiplied in.

    A limit for each seat is multiplied by the seats. Any other limit of a plan with seats counts once, and of a plan
    without seats as often as the plan was bought.
    """
    return {code: _times(grant, item) for code, grant in item.plan.grants.items()}


def total(items: Iterable[ItemFacts]) -> Mapping[str, Grant]:
    """What all items give together: numbers add up, unlimited wins, a flag is on where one item turns it on."""
    sums: dict[str, Grant] = {}
    for item in items:
        for code, grant in granted(item).items():
            sums[code] = _plus(sums[code], grant) if code in sums else grant
    return sums


def with_overrides(
    grants: Mapping[str, Grant], overrides: Iterable[OverrideFacts], *, now: datetime
) -> tuple[Mapping[str, Grant], tuple[OverrideFacts, ...]]:
    """The grants with what runs at `now` in their place, and which overrides those were: one for a feature.

    Of several for one feature the one that began last counts. Whole plans are left out.
    """
    running = [one for one in overrides if one.feature and one.runs(now)]
    chosen = {one.feature: one for one in sorted(running, key=lambda one: (one.starts_at, one.uuid))}
    if not chosen:
        return grants, ()
    changed = dict(grants)
    for feature, override in chosen.items():
        if override.grant is None:
            changed.pop(feature, None)
        else:
            changed[feature] = override.grant
    return changed, tuple(chosen[feature] for feature in sorted(chosen))


def _times(grant: Grant, item: ItemFacts) -> Grant:
    if grant.limit is None or grant.is_unlimited:
        return grant
    if grant.is_per_seat or not item.plan.has_seats:
        return Grant(limit=grant.limit * item.quantity)
    return grant


def _plus(first: Grant, second: Grant) -> Grant:
    if first.is_unlimited or second.is_unlimited:
        return Grant(is_unlimited=True)
    if first.limit is None or second.limit is None:
        return first
    return Grant(limit=first.limit + second.limit)
