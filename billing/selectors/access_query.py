"""Finds in the database what `access_for` answers for one organization: which plan each one has now, for lists.

A table of cases keeps the two the same. Plans of one rank, which a catalogue does not have, would be told apart here
by nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Organization
from billing.models import LocalTrial, Plan, Subscription
from billing.rules.entitlement import OPEN_STATUSES
from billing.selectors.access import grace_days
from billing.terms import SubscriptionStatus


def with_access_plan(organizations: QuerySet[Organization], now: datetime) -> QuerySet[Any]:
    """The same organizations, each with `access_plan_id`: the plan that it may use at `now` (business time, UTC).

    None where there is no free plan and nothing else gives one.
    """
    subscriptions = Subscription.objects.filter(
        _gives_access(now), livemode=settings.STRIPE_LIVE_MODE, organization=OuterRef(OuterRef("pk"))
    )
    trials = LocalTrial.objects.filter(_runs(now), organization=OuterRef(OuterRef("pk")))
    given = Plan.objects.filter(
        Q(prices__stripe_price_id__in=subscriptions.values("stripe_price_id")) | Q(pk__in=trials.values("plan_id"))
    )
    free = Plan.objects.filter(is_free=True, is_archived=False)
    return organizations.annotate(
        access_plan_id=Coalesce(Subquery(given.order_by("-rank").values("pk")[:1]), Subquery(free.values("pk")[:1]))
    )


def organizations_on_plan(plan: Plan, now: datetime) -> QuerySet[Organization]:
    """Those that may use just this plan at `now` (business time, UTC), be it paid for, tried, or the free one."""
    return with_access_plan(Organization.objects.all(), now).filter(access_plan_id=plan.pk)


def organizations_with_feature(feature_code: str, now: datetime) -> QuerySet[Organization]:
    """Those whose plan gives this feature at `now` (business time, UTC); a limit counts when it is above zero."""
    is_on = Q(grants__is_unlimited=True) | Q(grants__limit=None) | Q(grants__limit__gt=0)
    plans = Plan.objects.filter(is_on, grants__feature__code=feature_code)
    return with_access_plan(Organization.objects.all(), now).filter(access_plan_id__in=plans.values("pk"))


def _gives_access(now: datetime) -> Q:
    """`rules.entitlement` in the database's words: of every moment that closes access, none has come."""
    return (
        Q(status__in=[status.value for status in OPEN_STATUSES])
        & _not_yet("ended_at", now)
        & _not_yet("cancel_at", now)
        & _not_yet("paused_paid_until", now)
        & (~Q(status=SubscriptionStatus.PAST_DUE.value) | _in_grace(now))
    )


def _not_yet(field: str, now: datetime) -> Q:
    return Q(**{field: None}) | Q(**{f"{field}__gt": now})


def _in_grace(now: datetime) -> Q:
    in_grace = Q(past_due_at=None)
    for is_since_trial in (False, True):
        days = timedelta(days=grace_days(is_since_trial=is_since_trial))
        in_grace |= Q(is_past_due_since_trial=is_since_trial, past_due_at__gt=now - days)
    return in_grace


def _runs(now: datetime) -> Q:
    return Q(ends_at__gt=now) & _not_yet("ended_at", now)
