"""Decides what an organization may use now, from subscriptions, a local trial and time; it must not read or store.

`active` and `trialing` never expire by time alone, so a late webhook never locks out a payer. Only `cancel_at`,
`ended_at`, the end of a local trial or the stated grace closes access.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from billing.terms import AccessReason, SubscriptionStatus

OPEN_STATUSES = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING, SubscriptionStatus.PAST_DUE)
_FOREVER = datetime.max.replace(tzinfo=UTC)


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
    is_past_due_since_trial: bool = False
    paused_paid_until: datetime | None = None


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
    first_grace_days: int | None = None,
) -> Access:
    """The best that anything gives; `now` is business time.

    `first_grace_days` is the grace of who has not paid yet since the trial, if it is another one.
    The highest plan wins, then a subscription over a trial, then what lasts longest; the order never counts.
    """
    grace = {False: grace_days, True: grace_days if first_grace_days is None else first_grace_days}
    offers = [
        offer
        for subscription in subscriptions
        if (offer := _access_through(subscription, now=now, grace_days=grace[subscription.is_past_due_since_trial]))
    ]
    if local_trial and now < local_trial.closes_at():
        offers.append(
            (local_trial.plan.rank, _access(local_trial.plan, AccessReason.LOCAL_TRIAL, local_trial.closes_at()))
        )
    if not offers:
        return _access(free_plan, AccessReason.FREE, None)
    return max(offers, key=_strength)[1]


def _strength(offer: tuple[int, Access]) -> tuple[int, bool, datetime, str]:
    rank, access = offer
    return rank, access.reason != AccessReason.LOCAL_TRIAL, access.until or _FOREVER, access.stripe_subscription_id


def _access_through(subscription: SubscriptionFacts, *, now: datetime, grace_days: int) -> tuple[int, Access] | None:
    if subscription.status not in OPEN_STATUSES:
        return None
    until = min(_ends(subscription, grace_days=grace_days), default=None)
    if until is not None and now >= until:
        return None
    reason = _reason(subscription, until=until)
    return subscription.plan.rank, _access(subscription.plan, reason, until, subscription.stripe_subscription_id)


def _ends(subscription: SubscriptionFacts, *, grace_days: int) -> list[datetime]:
    """Every moment that closes access; the first one counts, so a cancellation never lengthens grace.

    A subscription whose collection is paused stays `active` at Stripe and its periods roll on: what counts is the
    period that was paid when the pause began. Grace counts from the first failed payment of the run, so a later
    failed try does not restart it.
    """
    ends = [subscription.ended_at, subscription.cancel_at, subscription.paused_paid_until]
    if subscription.status == SubscriptionStatus.PAST_DUE and subscription.past_due_at:
        ends.append(subscription.past_due_at + timedelta(days=grace_days))
    return [end for end in ends if end is not None]


def _reason(subscription: SubscriptionFacts, *, until: datetime | None) -> AccessReason:
    if until is not None and until == subscription.cancel_at:
        return AccessReason.CANCELLING
    if subscription.status == SubscriptionStatus.PAST_DUE:
        return AccessReason.GRACE
    if subscription.status == SubscriptionStatus.TRIALING:
        return AccessReason.TRIAL
    return AccessReason.SUBSCRIPTION


def _access(plan: PlanFacts, reason: AccessReason, until: datetime | None, subscription_id: str = "") -> Access:
    return Access(plan.code, plan.name, reason, plan.grants, until, subscription_id)
