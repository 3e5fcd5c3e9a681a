"""In which order, how often and by which way events are delivered: all decided by the seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_SHARES_DROPPED = (0.1, 0.3, 0.6, 1.0)
_SHARE_DOUBLED = 0.3
_MOST_COPIES = 4
_WINDOW = 6
# Every twenty seeds have each way at least once; the first five show those that differ most.
_WAYS = "MDHLRDMDFDMDHLMBMRFB"


class Way(StrEnum):
    """M mixed and doubled; D with drops that a back-fill finds; R with drops that only the comparison with Stripe's
    lists finds; B with a back-fill at the same moment; H over real HTTP, copies on connections of their own; F while
    the sandbox fails some reads; L while the story goes on.
    """

    MIXED = "M"
    DROPPED = "D"
    RECONCILED = "R"
    BACKFILLED_MEANWHILE = "B"
    OVER_HTTP = "H"
    FAILING_READS = "F"
    LIVE = "L"


@dataclass(frozen=True, slots=True)
class Order:
    seed: int
    way: Way
    posts: tuple[int, ...]
    """Positions of the events in the order of their making, as they are delivered."""
    dropped: frozenset[int]


def way_of(seed: int) -> Way:
    return Way(_WAYS[seed % len(_WAYS)])


def order_of(seed: int, *, events: int, listed: Sequence[int]) -> Order:
    """The deliveries of one run: each of so many events at least once, some several times.

    Only those that Stripe still lists may be dropped.
    """
    chance = random.Random(seed)
    way = way_of(seed)
    dropped = _dropped(chance, listed) if way in (Way.DROPPED, Way.RECONCILED) else set()
    posts = [position for position in range(events) if position not in dropped]
    posts += [
        position
        for position in posts
        if chance.random() < _SHARE_DOUBLED
        for _ in range(chance.randint(1, _MOST_COPIES))
    ]
    _mix(chance, posts)
    return Order(seed, way, tuple(posts), frozenset(dropped))


def _dropped(chance: random.Random, positions: Sequence[int]) -> set[int]:
    share = chance.choice(_SHARES_DROPPED)
    return {position for position in positions if chance.random() < share} or {chance.choice(positions)}


def _mix(chance: random.Random, posts: list[int]) -> None:
    """Half of the orders are without any order, some backwards, some only a little late."""
    match chance.choice(["mixed", "mixed", "backwards", "late"]):
        case "mixed":
            chance.shuffle(posts)
        case "backwards":
            posts.sort(reverse=True)
        case "late":
            posts.sort(key=lambda position: position + chance.uniform(0, _WINDOW))
