"""Decides what an organization may use now, from subscriptions, a local trial and time; it must not read or store.

`active` and `trialing` never expire by time alone, so a late webhook never locks out a payer. Only `cancel_at`,
`ended_at`, the end of a local trial or the stated grace closes access.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from billing.terms import AccessReason, SubscriptionStatus

_OPEN_STATUSES = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING, SubscriptionStatus.PAST_DUE)


@dataclass(frozen=True, slots=True)
class Grant:
    """A feature that a plan gives: a flag that is on, a number, or unlimited."""

    limit: int | None = None
    is_unlimited: bool = False


@dataclass(frozen=True, slots=True)
class PlanFacts:
    code: str
    name: str
    rank: int
    grants: Mapping[str, Grant] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """What the mirror knows of one subscription; all times are UTC."""

    stripe_subscription_id: str
    plan: PlanFacts
    status: str
    current_period_end: datetime | None = None
    trial_end: datetime | None = None
    cancel_at: datetime | None = None
    ended_at: datetime | None = None
    past_due_at: datetime | None = None
    is_collection_paused: bool = False


@dataclass(frozen=True, slots=True)
class LocalTrialFacts:
    plan: PlanFacts
    ends_at: datetime
    ended_at: datetime | None = None

    def closes_at(self) -> datetime:
        return min(self.ends_at, self.ended_at) if self.ended_at else self.ends_at


@dataclass(frozen=True, slots=True)
class Access:
    """The one answer to "may this organization use that?". At `until` this answer ends by itself."""

    plan_code: str
    plan_name: str
    reason: AccessReason
    grants: Mapping[str, Grant]
    until: datetime | None = None
    stripe_subscription_id: str = ""

    def has(self, feature: str) -> bool:
        """Whether the feature is on; a limit counts as on when it is above zero."""
        grant = self.grants.get(feature)
        return grant is not None and (grant.is_unlimited or grant.limit is None or grant.limit > 0)

    def limit(self, feature: str) -> int | None:
        """How many are allowed: 0 for none, None for unlimited."""
        grant = self.grants.get(feature)
        if grant is None:
            return 0
        return None if grant.is_unlimited else (grant.limit or 0)


def decide_access(
    subscriptions: Iterable[SubscriptionFacts],
    *,
    local_trial: LocalTrialFacts | None,
    free_plan: PlanFacts,
    now: datetime,
    grace_days: int,
) -> Access:
    """The best that anything gives: the highest plan, then a subscription before a trial; `now` is business time."""
    offers = [
        offer
        for subscription in subscriptions
        if (offer := _access_through(subscription, now=now, grace_days=grace_days))
    ]
    if local_trial and now < local_trial.closes_at():
        offers.append(
            (local_trial.plan.rank, _access(local_trial.plan, AccessReason.LOCAL_TRIAL, local_trial.closes_at()))
        )
    if not offers:
        return _access(free_plan, AccessReason.FREE, None)
    return max(offers, key=lambda offer: (offer[0], offer[1].reason != AccessReason.LOCAL_TRIAL))[1]


def _access_through(subscription: SubscriptionFacts, *, now: datetime, grace_days: int) -> tuple[int, Access] | None:
    if subscription.status not in _OPEN_STATUSES or _is_over(subscription, now=now):
        return None
    reason, until = _reason(subscription, grace_days=grace_days)
    if reason == AccessReason.GRACE and until is not None and now >= until:
        return None
    access = _access(subscription.plan, reason, until, subscription.stripe_subscription_id)
    return subscription.plan.rank, access


def _is_over(subscription: SubscriptionFacts, *, now: datetime) -> bool:
    """A subscription whose collection is paused stays `active` at Stripe: it is over when the paid period is."""
    ends = [subscription.ended_at, subscription.cancel_at]
    if subscription.is_collection_paused:
        ends.append(subscription.current_period_end)
    return any(end is not None and now >= end for end in ends)


def _reason(subscription: SubscriptionFacts, *, grace_days: int) -> tuple[AccessReason, datetime | None]:
    """Grace counts from the first failed payment of the run, so a later failed try does not restart it."""
    if subscription.cancel_at:
        return AccessReason.CANCELLING, subscription.cancel_at
    if subscription.status == SubscriptionStatus.PAST_DUE:
        began = subscription.past_due_at
        return AccessReason.GRACE, began + timedelta(days=grace_days) if began else None
    if subscription.status == SubscriptionStatus.TRIALING:
        return AccessReason.TRIAL, None
    return AccessReason.SUBSCRIPTION, None


def _access(plan: PlanFacts, reason: AccessReason, until: datetime | None, subscription_id: str = "") -> Access:
    return Access(plan.code, plan.name, reason, plan.grants, until, subscription_id)
