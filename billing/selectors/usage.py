"""Counts what an organization uses of the plan's limits; the product around billing registers what it can count.

In the `ready` of an app's config:

    from billing.selectors.usage import register_counter
    register_counter("projects", count_projects)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Invitation, Organization
from billing.rules.impact import Fate

PEOPLE = "people"
Count = Callable[[Organization], int]


@dataclass(frozen=True, slots=True)
class Counter:
    """How one limit is counted, and what becomes of what is above it."""

    count: Count
    fate: Fate = Fate.READ_ONLY


def _count_people(organization: Organization) -> int:
    """Members, and those who are invited and may still come: each takes a place. Two queries."""
    invited = Invitation.objects.filter(
        organization=organization, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return organization.memberships.count() + invited.count()


_counters: dict[str, Counter] = {PEOPLE: Counter(_count_people, Fate.NO_MORE)}


def register_counter(feature_code: str, count: Count, *, fate: Fate = Fate.READ_ONLY) -> None:
    """Let a limit of the catalogue be counted: `count` gives the present number of an organization, in few queries.

    Called once, when the process starts. A second one for the same limit takes the place of the first.
    """
    _counters[feature_code] = Counter(count, fate)


@contextmanager
def counted(feature_code: str, count: Count, *, fate: Fate = Fate.READ_ONLY) -> Iterator[None]:
    """Count a limit for as long as the block runs: for tests and for trying things out."""
    before = dict(_counters)
    register_counter(feature_code, count, fate=fate)
    try:
        yield
    finally:
        _counters.clear()
        _counters.update(before)


def counter_of(feature_code: str) -> Counter | None:
    """How this limit is counted, or None."""
    return _counters.get(feature_code)


def usage_of(organization: Organization) -> dict[str, int]:
    """What is counted, by the code of its limit."""
    return {code: counter.count(organization) for code, counter in _counters.items()}
