"""Answers what an organization may use; the only place where pages, API and templates get it from."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Prefetch, Q

from accounts.models import Organization
from billing.models import DunningCase, LocalTrial, Plan, PlanFeature, Price, Subscription
from billing.rules.dunning.access import UnpaidCase
from billing.rules.entitlement import (
    Access,
    GraceTerms,
    Grant,
    LocalTrialFacts,
    PlanFacts,
    SubscriptionFacts,
    decide_access,
)
from billing.terms import FirstPaymentPolicy, SubscriptionStatus

_ENDED = (SubscriptionStatus.CANCELED.value, SubscriptionStatus.INCOMPLETE_EXPIRED.value)
_CASE_FIELDS = ("state", "read_only_at", "access_closes_at", "ended_at", "end_reason")
_NO_PLAN = PlanFacts(code="", name="No plan", rank=-1)


def access_for(organization: Organization, now: datetime) -> Access:
    """What this organization may use at `now` (business time, UTC).

    Five queries at most, and a sixth, for the cases of dunning, while a subscription is past due.
    """
    subscriptions = list(
        Subscription.objects.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE).exclude(
            status__in=_ENDED
        )
    )
    trial = LocalTrial.objects.filter(organization=organization).first()
    plan_ids = _plan_ids_by_price(subscription.stripe_price_id for subscription in subscriptions)
    plans, free_plan = _plans({*plan_ids.values(), *([trial.plan_id] if trial else [])})
    cases = _cases_by_subscription(subscriptions)
    return decide_access(
        [
            _subscription_facts(
                subscription,
                plan=plans[plan_ids[subscription.stripe_price_id]],
                cases=cases[subscription.stripe_subscription_id],
            )
            for subscription in subscriptions
            if subscription.stripe_price_id in plan_ids
        ],
        local_trial=LocalTrialFacts(plans[trial.plan_id], trial.ends_at, trial.ended_at) if trial else None,
        free_plan=free_plan,
        now=now,
        grace=grace_terms(),
    )


def grace_terms() -> GraceTerms:
    return GraceTerms(int(settings.GRACE_DAYS), FirstPaymentPolicy(settings.TRIAL_FIRST_PAYMENT_POLICY))


def grace_days(*, is_since_trial: bool) -> int:
    """How long access outlasts a failed payment without a case; `is_since_trial`: nothing was paid since a trial."""
    has_none = is_since_trial and settings.TRIAL_FIRST_PAYMENT_POLICY == FirstPaymentPolicy.NO_ACCESS
    return 0 if has_none else int(settings.GRACE_DAYS)


def _plan_ids_by_price(stripe_price_ids: Iterable[str]) -> dict[str, int]:
    """Archived prices count, too: a subscriber of an old price keeps its plan."""
    ids = set(stripe_price_ids)
    if not ids:
        return {}
    return dict(Price.objects.filter(stripe_price_id__in=ids).values_list("stripe_price_id", "plan_id"))


def _plans(plan_ids: set[int]) -> tuple[dict[int, PlanFacts], PlanFacts]:
    """The named plans by primary key, and the free plan."""
    rows = Plan.objects.filter(Q(pk__in=plan_ids) | Q(is_free=True, is_archived=False)).prefetch_related(
        Prefetch("grants", queryset=PlanFeature.objects.select_related("feature"))
    )
    facts = {row.pk: plan_facts(row) for row in rows}
    free = next((facts[row.pk] for row in rows if row.is_free and not row.is_archived), _NO_PLAN)
    return facts, free


def plan_facts(plan: Plan) -> PlanFacts:
    """A plan as the rules see it; its grants with their features should be prefetched."""
    grants = {
        grant.feature.code: Grant(limit=grant.limit, is_unlimited=grant.is_unlimited) for grant in plan.grants.all()
    }
    return PlanFacts(code=plan.code, name=plan.name, rank=plan.rank, grants=grants)


def _cases_by_subscription(subscriptions: Iterable[Subscription]) -> dict[str, tuple[UnpaidCase, ...]]:
    """Only a past-due subscription is asked for its cases: they say nothing about any other."""
    found: dict[str, tuple[UnpaidCase, ...]] = defaultdict(tuple)
    ids = [row.stripe_subscription_id for row in subscriptions if row.status == SubscriptionStatus.PAST_DUE]
    if ids:
        cases = DunningCase.objects.filter(stripe_subscription_id__in=ids)
        for subscription_id, *case in cases.values_list("stripe_subscription_id", *_CASE_FIELDS):
            found[subscription_id] += (UnpaidCase(*case),)
    return found


def _subscription_facts(row: Subscription, *, plan: PlanFacts, cases: tuple[UnpaidCase, ...]) -> SubscriptionFacts:
    return SubscriptionFacts(
        stripe_subscription_id=row.stripe_subscription_id,
        plan=plan,
        status=row.status,
        current_period_end=row.current_period_end,
        trial_end=row.trial_end,
        cancel_at=row.cancel_at,
        ended_at=row.ended_at,
        past_due_at=row.past_due_at,
        is_past_due_since_trial=row.is_past_due_since_trial,
        paused_paid_until=row.paused_paid_until,
        cases=cases,
    )
