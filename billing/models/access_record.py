"""Appends to the record of what decides access, in the transaction of the change. It must not decide.

Who changes such a row calls the function of its kind afterwards; what is recorded already is not written again, so
every call is safe to repeat. `business_at` is business time.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from billing import clock
from billing.models import entitlement_cache
from billing.models.catalogue import Plan, PlanFeature, Price
from billing.models.dunning import DunningCase
from billing.models.entitlement import AccessFact, EntitlementOverride
from billing.models.subscription import Subscription
from billing.models.trial import LocalTrial
from billing.rules.access_facts import TERMS_KEY
from billing.terms import AccessFactKind


def record_subscription(row: Subscription, *, business_at: datetime, observed_at: datetime | None = None) -> None:
    """Also one that is over: from then on it gives nothing. One that is nobody's yet is recorded once it is."""
    if row.organization_id is not None:
        body = subscription_body(row)
        key = row.stripe_subscription_id
        _record(AccessFactKind.SUBSCRIPTION, key, body, business_at, row.organization_id, observed_at)


def record_case(row: DunningCase, *, business_at: datetime) -> None:
    _record(AccessFactKind.CASE, str(row.uuid), case_body(row), business_at, row.organization_id)


def record_local_trial(organization_id: int, *, business_at: datetime) -> None:
    row = LocalTrial.objects.select_related("plan").filter(organization_id=organization_id).first()
    if row is not None:
        body = {"plan": row.plan.code, "ends_at": _text(row.ends_at), "ended_at": _text(row.ended_at)}
        _record(AccessFactKind.LOCAL_TRIAL, str(row.uuid), body, business_at, organization_id)


def record_override(row: EntitlementOverride, *, business_at: datetime) -> None:
    _record(AccessFactKind.OVERRIDE, str(row.uuid), override_body(row), business_at, row.organization_id)


def record_catalogue(*, business_at: datetime) -> None:
    """What every plan gives, which price belongs to which plan, and the grace of the settings."""
    bodies: dict[tuple[AccessFactKind, str], dict[str, Any]] = {
        (AccessFactKind.PLAN, code): body for code, body in plan_bodies().items()
    }
    for price, code in Price.objects.values_list("stripe_price_id", "plan__code"):
        bodies[AccessFactKind.PRICE, price] = {"plan": code}
    bodies[AccessFactKind.TERMS, TERMS_KEY] = terms_body()
    known: dict[tuple[str, str], Any] = {}
    facts = AccessFact.objects.filter(organization=None, livemode=settings.STRIPE_LIVE_MODE).order_by("pk")
    for kind, key, body in facts.values_list("kind", "key", "body"):
        known[kind, key] = body
    new = [(kind, key, body) for (kind, key), body in bodies.items() if known.get((kind, key)) != body]
    _append(new, business_at=business_at, organization_id=None)


def subscription_body(row: Subscription) -> dict[str, Any]:
    items = row.items.order_by("position", "pk").values_list("stripe_item_id", "stripe_price_id", "quantity")
    return {
        "status": row.status,
        "price": row.stripe_price_id,
        "quantity": row.quantity,
        "items": [{"id": item, "price": price, "quantity": quantity} for item, price, quantity in items],
        "current_period_end": _text(row.current_period_end),
        "trial_end": _text(row.trial_end),
        "cancel_at": _text(row.cancel_at),
        "ended_at": _text(row.ended_at),
        "past_due_at": _text(row.past_due_at),
        "since_trial": row.is_past_due_since_trial,
        "paid_until": _text(row.paused_paid_until),
    }


def case_body(row: DunningCase) -> dict[str, Any]:
    return {
        "subscription": row.stripe_subscription_id,
        "invoice": row.stripe_invoice_id,
        "state": str(row.state),
        "read_only_at": _text(row.read_only_at),
        "closes_at": _text(row.access_closes_at),
        "ended_at": _text(row.ended_at),
        "end_reason": row.end_reason,
    }


def override_body(row: EntitlementOverride) -> dict[str, Any]:
    return {
        "kind": str(row.kind),
        "feature": row.feature.code if row.feature else "",
        "plan": row.plan.code if row.plan else "",
        "limit": row.limit,
        "quantity": row.quantity,
        "starts_at": _text(row.starts_at),
        "ends_at": _text(row.ends_at),
        "ended_at": _text(row.ended_at),
    }


def plan_bodies() -> dict[str, dict[str, Any]]:
    bodies = {
        plan.code: {
            "name": plan.name,
            "rank": plan.rank,
            "is_free": plan.is_free,
            "is_archived": plan.is_archived,
            "has_seats": plan.minimum_seats is not None,
            "grants": {},
        }
        for plan in Plan.objects.all()
    }
    rows = PlanFeature.objects.values_list("plan__code", "feature__code", "limit", "is_unlimited", "is_per_seat")
    for plan, feature, limit, unlimited, per_seat in rows:
        grants: Any = bodies[plan]["grants"]
        grants[feature] = {"limit": limit, "unlimited": unlimited, "per_seat": per_seat}
    return bodies


def terms_body() -> dict[str, Any]:
    return {"grace_days": int(settings.GRACE_DAYS), "first_payment": str(settings.TRIAL_FIRST_PAYMENT_POLICY)}


def _record(
    kind: AccessFactKind,
    key: str,
    body: dict[str, Any],
    business_at: datetime,
    organization_id: int,
    observed_at: datetime | None = None,
) -> None:
    newest = (
        AccessFact.objects.filter(kind=kind.value, key=key).order_by("-pk").values_list("body", flat=True).first()
    )
    if newest != body:
        new = [(kind, key, body)]
        _append(new, business_at=business_at, organization_id=organization_id, observed_at=observed_at)


def _append(
    new: Iterable[tuple[AccessFactKind, str, dict[str, Any]]],
    *,
    business_at: datetime,
    organization_id: int | None,
    observed_at: datetime | None = None,
) -> None:
    rows = [
        AccessFact(
            organization_id=organization_id,
            livemode=settings.STRIPE_LIVE_MODE,
            kind=kind.value,
            key=key,
            body=body,
            observed_at=observed_at or clock.system_now(),
            business_at=business_at,
        )
        for kind, key, body in new
    ]
    if rows:
        AccessFact.objects.bulk_create(rows)
        transaction.on_commit(lambda: entitlement_cache.drop(organization_id))


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
