"""Use case: staff grant one customer a feature or a whole plan beside what is paid for."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit
from billing.errors import InvalidInput, UnderWay
from billing.models import EntitlementOverride, Feature, Plan
from billing.models.access_record import record_override
from billing.rules.catalogue import FeatureKind
from billing.rules.override import OverrideTerms, check_days, check_feature, check_plan, checked_reason
from billing.terms import OverrideKind


def grant_override(
    organization: Organization,
    terms: OverrideTerms,
    *,
    reason: str,
    request_key: UUID,
    actor: User | None,
    now: datetime,
) -> EntitlementOverride:
    """Commit the grant with its audit entry; it counts from `starts_at` on. `now` is business time (UTC).

    Nothing is charged or changed at Stripe. Safe to repeat with the same request key. Raises InvalidInput for a
    feature or plan that is not offered, a kind that does not fit it, days in the past, or without a reason;
    UnderWay for two at the same moment.
    """
    known = EntitlementOverride.objects.filter(organization=organization, request_key=request_key).first()
    if known is not None:
        return known
    row = EntitlementOverride(
        organization=organization,
        kind=terms.kind.value,
        limit=terms.limit,
        quantity=terms.quantity,
        reason=checked_reason(reason),
        starts_at=check_days(terms, now=now),
        ends_at=terms.ends_at,
        created_by=actor,
        request_key=request_key,
    )
    if terms.kind == OverrideKind.PLAN:
        row.plan = _plan(terms)
    else:
        row.feature = _feature(terms)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record_override(row, business_at=now)
            audit.record(
                "override_granted",
                subject=str(row.uuid),
                organization=organization,
                actor=actor,
                after={"starts_at": row.starts_at, "ends_at": row.ends_at, "limit": row.limit},
                reason=row.reason,
                what=terms.code,
                kind=terms.kind.value,
            )
    except IntegrityError:
        raise UnderWay() from None
    return row


def _plan(terms: OverrideTerms) -> Plan:
    plan = Plan.objects.filter(code=terms.code, is_archived=False).first()
    if plan is None:
        raise InvalidInput("This plan is not offered.", field="plan")
    check_plan(terms, plan.seat_terms, is_free=plan.is_free)
    return plan


def _feature(terms: OverrideTerms) -> Feature:
    feature = Feature.objects.filter(code=terms.code, is_archived=False).first()
    if feature is None:
        raise InvalidInput("This feature is not in the catalogue.", field="feature")
    check_feature(terms, FeatureKind(feature.kind))
    return feature
