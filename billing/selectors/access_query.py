"""Finds in the database what `access_for` answers for one organization: which plan each one has now, for lists.

A table of cases keeps the two the same. Plans of one rank, which a catalogue does not have, would be told apart here
by nothing.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from accounts.models import Organization
from billing.models import EntitlementOverride, LocalTrial, Plan, Subscription
from billing.selectors.access_conditions import gives_access, is_read_only, not_yet
from billing.terms import OverrideKind


def with_access_plan(organizations: QuerySet[Organization], now: datetime) -> QuerySet[Any]:
    """The same organizations, each with the plan that it may use at `now` (business time, UTC), as `access_plan_id`.

    None where there is no free plan and nothing else gives one. `access_is_read_only`: it may read only.
    """
    trials = LocalTrial.objects.filter(_runs(now), organization=OuterRef(OuterRef("pk")))
    in_full = Q(prices__stripe_price_id__in=_price_ids(gives_access(now) & ~is_read_only(now)))
    comps = _running_overrides(now).filter(organization=OuterRef(OuterRef("pk")))
    to_read = Q(prices__stripe_price_id__in=_price_ids(gives_access(now) & is_read_only(now)))
    free = Plan.objects.filter(is_free=True, is_archived=False)
    return organizations.alias(
        full_plan_id=_highest(in_full | Q(pk__in=trials.values("plan_id")) | Q(pk__in=comps.values("plan_id"))),
        read_plan_id=_highest(to_read),
    ).annotate(
        access_plan_id=Coalesce("full_plan_id", "read_plan_id", Subquery(free.values("pk")[:1])),
        access_is_read_only=Case(When(full_plan_id=None, read_plan_id__isnull=False, then=True), default=False),
    )


def _price_ids(condition: Q) -> QuerySet[Subscription, Any]:
    """Of the subscriptions of the organization, two queries further out, for which the condition holds."""
    rows = Subscription.objects.filter(livemode=settings.STRIPE_LIVE_MODE, organization=OuterRef(OuterRef("pk")))
    return rows.filter(condition).values("stripe_price_id")


def _highest(given: Q) -> Subquery:
    return Subquery(Plan.objects.filter(given).order_by("-rank").values("pk")[:1])


def organizations_read_only(now: datetime) -> QuerySet[Organization]:
    """Those that may read and not write at `now` (business time, UTC), because an invoice is unpaid."""
    return with_access_plan(Organization.objects.all(), now).filter(access_is_read_only=True)


def organizations_on_plan(plan: Plan, now: datetime) -> QuerySet[Organization]:
    """Those that may use just this plan at `now` (business time, UTC), be it paid for, tried, or the free one."""
    return with_access_plan(Organization.objects.all(), now).filter(access_plan_id=plan.pk)


def organizations_with_feature(feature_code: str, now: datetime) -> QuerySet[Organization]:
    """Those who may use this feature at `now` (business time, UTC); a limit counts when it is above zero.

    What staff granted or took away takes the place of the plan, as in `rules.grants`.
    """
    is_on = Q(grants__is_unlimited=True) | Q(grants__limit=None) | Q(grants__limit__gt=0)
    plans = Plan.objects.filter(is_on, grants__feature__code=feature_code)
    newest = _running_overrides(now).filter(organization=OuterRef("pk"), feature__code=feature_code)
    newest = newest.order_by("-starts_at", "-uuid")
    gives = Q(override_kind__in=[OverrideKind.ON.value, OverrideKind.UNLIMITED.value]) | Q(
        override_kind=OverrideKind.NUMBER.value, override_limit__gt=0
    )
    return (
        with_access_plan(Organization.objects.all(), now)
        .alias(override_kind=Subquery(newest.values("kind")[:1]), override_limit=Subquery(newest.values("limit")[:1]))
        .filter(gives | Q(override_kind=None, access_plan_id__in=plans.values("pk")))
    )


def _running_overrides(now: datetime) -> QuerySet[EntitlementOverride]:
    rows = EntitlementOverride.objects.filter(starts_at__lte=now)
    return rows.filter(not_yet("ends_at", now), not_yet("ended_at", now))


def _runs(now: datetime) -> Q:
    return Q(ends_at__gt=now) & not_yet("ended_at", now)
