"""Decides what has become of a change that waits for its period's end; it must not know how Stripe is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from billing.rules.catalogue import SeatTerms
from billing.terms import PlanChangeState, ReleaseReason, SubscriptionStatus

# Stripe moves period and items together; an hour for its draft, the rest for a late webhook.
GIVE_UP_AFTER = timedelta(days=1)
_OVER = (SubscriptionStatus.CANCELED, SubscriptionStatus.INCOMPLETE_EXPIRED)
_OWED = (SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID)

STATE_AFTER: Mapping[ReleaseReason, PlanChangeState] = {
    ReleaseReason.UNDONE: PlanChangeState.CANCELED,
    ReleaseReason.CANCELLED: PlanChangeState.CANCELED,
    ReleaseReason.ARCHIVED: PlanChangeState.CANCELED,
    ReleaseReason.PAST_DUE: PlanChangeState.CANCELED,
    ReleaseReason.ENDED: PlanChangeState.CANCELED,
    ReleaseReason.REPLACED: PlanChangeState.SUPERSEDED,
    ReleaseReason.OVERTAKEN: PlanChangeState.SUPERSEDED,
    ReleaseReason.LANDED: PlanChangeState.SUCCEEDED,
    ReleaseReason.FAILED: PlanChangeState.FAILED,
}


class Verdict(StrEnum):
    """`follows`: the subscription changed below the plan, and what waits has to be written anew."""

    WAITS = "waits"
    FOLLOWS = "follows"
    LANDED = "landed"
    OVERTAKEN = "overtaken"
    PAST_DUE = "past_due"
    ENDED = "ended"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Planned:
    """What was to become of what; prices as `price_…`, `effective_at` in UTC."""

    from_price_id: str
    from_quantity: int
    price_id: str
    quantity: int
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Present:
    """The subscription as Stripe last said it."""

    status: str
    price_id: str
    quantity: int
    period_start: datetime | None
    period_end: datetime | None = None


def judge(planned: Planned, present: Present, *, now: datetime) -> Verdict:
    """What the subscription says of the change at `now` (business time).

    A renewal that could not be paid has changed the plan all the same; so it is looked at before what is owed. Where
    a trial or a period was made longer, the change waits as long.
    """
    if present.status in _OVER:
        return Verdict.ENDED
    has_begun = present.period_start is not None and present.period_start >= planned.effective_at
    is_target = present.price_id == planned.price_id
    if is_target and (has_begun or planned.from_price_id != planned.price_id):
        return Verdict.LANDED
    if present.price_id != planned.from_price_id:
        return Verdict.OVERTAKEN
    if has_begun or now >= planned.effective_at:
        return Verdict.MISSED if now >= planned.effective_at + GIVE_UP_AFTER else Verdict.WAITS
    if present.status in _OWED:
        return Verdict.PAST_DUE
    is_moved = present.period_end is not None and present.period_end != planned.effective_at
    return Verdict.FOLLOWS if is_moved or present.quantity != planned.from_quantity else Verdict.WAITS


def followed_quantity(
    planned: Planned, *, quantity: int, before: SeatTerms | None = None, after: SeatTerms | None = None
) -> int:
    """The seats of the waiting phase once the subscription has `quantity`: the difference counts there, too.

    `before` and `after` are what the plans say of seats; where only one has them, they tell nothing of the other.
    """
    if (before is None) != (after is None):
        return planned.quantity
    followed = max(1, planned.quantity + quantity - planned.from_quantity)
    return min(max(followed, after.minimum), after.maximum) if after else followed
