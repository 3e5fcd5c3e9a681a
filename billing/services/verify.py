"""Use case: compare our rows with Stripe's lists without writing anything."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from billing.mirror import account, comparing
from billing.mirror.pages import FoundDrift, Position, compare_page
from billing.terms import DriftKind, ObjectKind

__all__ = ["DriftKind", "ObjectKind", "Verification", "expected_objects", "verify"]

_POLL_SECONDS = 0.5


@dataclass(slots=True)
class Verification:
    """What was compared in how many calls, and the objects of which our rows differ."""

    compared: int = 0
    pages: int = 0
    drifts: list[FoundDrift] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many objects differ, by kind of difference."""
        kinds = [found.kind.value for drift in self.drifts for found in drift.differences]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def verify(*, patience_seconds: float = 0.0, tell: Callable[[Verification], object] = lambda _: None) -> Verification:
    """Compare everything and write nothing, except the workers' common pace; `tell` hears of each page.

    What differs may be on its way: for `patience_seconds` our rows are looked at again, and those that were fetched
    since are no drift. Raises WrongStripeAccount, StripeUnreachable, StripeKeyRefused; safe to repeat.
    """
    account.look_whether_ours()
    result = Verification()
    position: Position | None = Position()
    while position is not None:
        page = compare_page(position)
        result.pages += 1
        result.compared += page.compared
        result.drifts += page.drifts
        tell(result)
        position = page.position.next_list() if page.position.is_at_end else page.position
    deadline = time.monotonic() + patience_seconds
    result.drifts = _still_different(result.drifts)
    while result.drifts and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        result.drifts = _still_different(result.drifts)
    return result


def expected_objects() -> int:
    """About how many objects will be compared."""
    return comparing.count_rows()


def _still_different(drifts: Iterable[FoundDrift]) -> list[FoundDrift]:
    return [
        drift
        for drift in drifts
        if not comparing.was_brought_up_to_date(drift.ref.kind, drift.ref.stripe_id, after=drift.found_at)
    ]
