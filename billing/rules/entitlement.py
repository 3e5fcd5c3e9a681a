"""Decides what an organization may use now, from subscriptions, a local trial and time; it must not read or store.

`active` and `trialing` never expire by time alone, so a late webhook never locks out a payer. Only `cancel_at`,
`ended_at`, the end of a local trial, or what is stated for an unpaid invoice (the days of its case, else the grace)
closes access.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from billing.rules.dunning.access import AccessDays, UnpaidCase, access_days, earliest, is_settled
from billing.rules.grants import Grant, ItemFacts, OverrideFacts, PlanFacts, total, with_overrides
from billing.terms import AccessReason, FirstPaymentPolicy, SubscriptionStatus

__all__ = [
    "OPEN_STATUSES",
    "Access",
    "AccessInputs",
    "GraceTerms",
    "Grant",
    "ItemFacts",
    "LocalTrialFacts",
    "OverrideFacts",
    "PlanFacts",
    "SubscriptionFacts",
    "decide",
    "decide_access",
    "next_change",
]
OPEN_STATUSES = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING, SubscriptionStatus.PAST_DUE)
_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """What the mirror knows of one subscription, and all its cases of dunning; all times are UTC.

    `plan` is the highest of its current items; without `items` it is the only one.
    """

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
    cases: tuple[UnpaidCase, ...] = ()
    items: tuple[ItemFacts, ...] = ()

    def held(self) -> tuple[ItemFacts, ...]:
        return self.items or (ItemFacts(self.plan),)


@dataclass(frozen=True, slots=True)
class LocalTrialFacts:
    plan: PlanFacts
    ends_at: datetime
    ended_at: datetime | None = None

    def closes_at(self) -> datetime:
        return min(self.ends_at, self.ended_at) if self.ended_at else self.ends_at


@dataclass(frozen=True, slots=True)
class Access:
    """The one answer to "may this organization use that?". At `until` this answer ends by itself.

    `is_read_only`: an invoice is unpaid for so long that all can be read and nothing written. At `read_only_at`
    it comes to that, or it came. `has` and `limit` say what the plan gives, read-only or not. `override_ids` name
    what staff granted beside the plan and counts now.
    """

    plan_code: str
    plan_name: str
    reason: AccessReason
    grants: Mapping[str, Grant]
    until: datetime | None = None
    stripe_subscription_id: str = ""
    is_read_only: bool = False
    read_only_at: datetime | None = None
    override_ids: tuple[str, ...] = ()

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


@dataclass(frozen=True, slots=True)
class GraceTerms:
    """How long access outlasts a failed payment that has no case, and whether the first one after a trial has any."""

    days: int
    first_payment: FirstPaymentPolicy = FirstPaymentPolicy.GRACE


@dataclass(frozen=True, slots=True)
class AccessInputs:
    """All that decides, but the time."""

    subscriptions: tuple[SubscriptionFacts, ...]
    local_trial: LocalTrialFacts | None
    free_plan: PlanFacts
    grace: GraceTerms
    overrides: tuple[OverrideFacts, ...] = ()


def decide_access(
    subscriptions: Iterable[SubscriptionFacts],
    *,
    local_trial: LocalTrialFacts | None,
    free_plan: PlanFacts,
    now: datetime,
    grace: GraceTerms,
    overrides: Iterable[OverrideFacts] = (),
) -> Access:
    """The best that anything gives, with what staff granted beside it; `now` is business time.

    What can be written wins over what can only be read, so that who pays for one plan can use it whatever else is
    owed; then the highest plan, then a subscription over a trial, then what lasts longest. The order never counts.
    """
    return decide(AccessInputs(tuple(subscriptions), local_trial, free_plan, grace, tuple(overrides)), now)


def decide(inputs: AccessInputs, now: datetime) -> Access:
    """`decide_access` of all that decides, in one value."""
    offers = offers_of(inputs, now)
    best = max(offers, key=_strength)[1] if offers else _access(inputs.free_plan, AccessReason.FREE, None)
    grants, used = with_overrides(best.grants, inputs.overrides, now=now)
    ids = best.override_ids + tuple(override.uuid for override in used)
    return replace(best, grants=grants, override_ids=ids) if ids else best


def offers_of(inputs: AccessInputs, now: datetime) -> list[tuple[int, Access]]:
    """What each subscription, the local trial and each comp gives by itself at `now`, with the rank of its plan."""
    offers = [
        offer
        for subscription in inputs.subscriptions
        if (offer := _access_through(subscription, now=now, grace=inputs.grace)) is not None
    ]
    trial = inputs.local_trial
    if trial and now < trial.closes_at():
        offers.append((trial.plan.rank, _access(trial.plan, AccessReason.LOCAL_TRIAL, trial.closes_at())))
    offers.extend(
        (override.plan.rank, _comp(override, override.plan))
        for override in inputs.overrides
        if override.plan is not None and override.runs(now)
    )
    return offers


def next_change(inputs: AccessInputs, now: datetime) -> datetime | None:
    """The first moment after `now` at which time alone could change the answer; None where there is none.

    It may come earlier than the answer changes, and never later.
    """
    moments: list[datetime | None] = []
    for subscription in inputs.subscriptions:
        days = _days_unpaid(subscription, grace=inputs.grace)
        moments += [subscription.ended_at, subscription.cancel_at, subscription.paused_paid_until]
        moments += [days.read_only_at, days.closes_at]
    if inputs.local_trial:
        moments.append(inputs.local_trial.closes_at())
    for override in inputs.overrides:
        moments += [override.starts_at, override.closes_at()]
    return earliest(moment for moment in moments if moment is not None and moment > now)


def _strength(offer: tuple[int, Access]) -> tuple[bool, int, bool, datetime, str]:
    rank, access = offer
    is_subscribed = access.reason not in (AccessReason.LOCAL_TRIAL, AccessReason.COMP)
    until = access.until or _FOREVER
    return not access.is_read_only, rank, is_subscribed, until, access.stripe_subscription_id


def _access_through(
    subscription: SubscriptionFacts, *, now: datetime, grace: GraceTerms
) -> tuple[int, Access] | None:
    if subscription.status not in OPEN_STATUSES:
        return None
    unpaid = _days_unpaid(subscription, grace=grace)
    # The first end counts, so a cancellation never lengthens grace. A subscription whose collection is paused stays
    # `active` at Stripe and its periods roll on: what counts is the period that was paid when the pause began.
    ends = (subscription.ended_at, subscription.cancel_at, subscription.paused_paid_until, unpaid.closes_at)
    until = earliest(ends)
    if until is not None and now >= until:
        return None
    read_only_at = unpaid.read_only_at
    if read_only_at is not None and until is not None and read_only_at >= until:
        read_only_at = None
    access = Access(
        plan_code=subscription.plan.code,
        plan_name=subscription.plan.name,
        reason=_reason(subscription, until=until),
        grants=total(subscription.held()),
        until=until,
        stripe_subscription_id=subscription.stripe_subscription_id,
        is_read_only=read_only_at is not None and now >= read_only_at,
        read_only_at=read_only_at,
    )
    return subscription.plan.rank, access


def _days_unpaid(subscription: SubscriptionFacts, *, grace: GraceTerms) -> AccessDays:
    """What an unpaid subscription still gives: the days of its cases, or the grace where no case counts.

    Grace counts from the first failed payment of the run, so a later failed try does not restart it. Where what had
    failed was paid or forgiven, nothing is owed: the subscription's row may stay past due until it hears of it, or
    until the next invoice. One that is not past due has no such days, whatever its cases say: Stripe's word counts.
    """
    if subscription.status != SubscriptionStatus.PAST_DUE:
        return AccessDays()
    began = subscription.past_due_at
    has_no_grace = subscription.is_past_due_since_trial and grace.first_payment == FirstPaymentPolicy.NO_ACCESS
    days = access_days(subscription.cases, past_due_at=began)
    if days is not None:
        return AccessDays(days.read_only_at, earliest((days.closes_at, began))) if has_no_grace else days
    if began is None or is_settled(subscription.cases, past_due_at=began):
        return AccessDays()
    return AccessDays(closes_at=began if has_no_grace else began + timedelta(days=grace.days))


def _reason(subscription: SubscriptionFacts, *, until: datetime | None) -> AccessReason:
    if until is not None and until == subscription.cancel_at:
        return AccessReason.CANCELLING
    if subscription.status == SubscriptionStatus.PAST_DUE:
        return AccessReason.GRACE
    if subscription.status == SubscriptionStatus.TRIALING:
        return AccessReason.TRIAL
    return AccessReason.SUBSCRIPTION


def _access(plan: PlanFacts, reason: AccessReason, until: datetime | None) -> Access:
    return Access(plan.code, plan.name, reason, total([ItemFacts(plan)]), until)


def _comp(override: OverrideFacts, plan: PlanFacts) -> Access:
    access = _access(plan, AccessReason.COMP, override.closes_at())
    return replace(access, grants=total([ItemFacts(plan, override.quantity)]), override_ids=(override.uuid,))
