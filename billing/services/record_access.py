"""Use case: record what decides access where no version of it is on record yet, and what the settings changed."""

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import CharField, Exists, Model, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Replace

from billing.models import AccessFact, DunningCase, EntitlementOverride, LocalTrial, Subscription
from billing.models.access_record import (
    record_case,
    record_catalogue,
    record_local_trial,
    record_override,
    record_subscription,
)
from billing.terms import AccessFactKind

_BATCH = 200
Row = TypeVar("Row", bound=Model)


def record_missed_access(now: datetime) -> int:
    """Rows from before the record began get their first version at `now` (business time); returns how many.

    The grace of the settings, which a deployment may have changed, gets its new version, too. Safe to repeat.
    """
    with transaction.atomic():
        record_catalogue(business_at=now)
    missed = 0
    subscriptions = Subscription.objects.exclude(organization=None)
    for row in _missed(subscriptions, AccessFactKind.SUBSCRIPTION, "stripe_subscription_id"):
        with transaction.atomic():
            record_subscription(row, business_at=now)
        missed += 1
    for trial in _missed(LocalTrial.objects.all(), AccessFactKind.LOCAL_TRIAL, "uuid"):
        record_local_trial(trial.organization_id, business_at=now)
        missed += 1
    for case in _missed(DunningCase.objects.all(), AccessFactKind.CASE, "uuid"):
        record_case(case, business_at=now)
        missed += 1
    overrides = EntitlementOverride.objects.select_related("feature", "plan")
    for override in _missed(overrides, AccessFactKind.OVERRIDE, "uuid"):
        record_override(override, business_at=now)
        missed += 1
    return missed


def _missed(rows: QuerySet[Row], kind: AccessFactKind, key: str) -> list[Row]:
    """Those without a version on record. UUIDs are compared without dashes, as databases write them differently."""
    known = AccessFact.objects.filter(kind=kind.value, organization=OuterRef("organization"))
    known = known.annotate(plain=Replace("key", Value("-"), Value("")))
    known = known.filter(plain=Replace(Cast(OuterRef(key), CharField()), Value("-"), Value("")))
    return list(rows.filter(~Exists(known)).order_by("pk")[:_BATCH])
