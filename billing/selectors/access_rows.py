"""Reads all that decides one organization's access in a single statement, each part in the shape of its record.

The parts are the rows of today; `AccessFact` keeps the same shapes for past moments. It decides nothing.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import (
    CharField,
    Count,
    F,
    Max,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, JSONObject

from billing.models import (
    AccessFact,
    DunningCase,
    EntitlementOverride,
    LocalTrial,
    Plan,
    PlanFeature,
    Price,
    Subscription,
    SubscriptionItem,
)
from billing.rules.access_facts import Body, Named
from billing.terms import AccessFactKind, SubscriptionStatus

_ENDED = (SubscriptionStatus.CANCELED.value, SubscriptionStatus.INCOMPLETE_EXPIRED.value)
_ITEM, _GRANT, _VERSION = "item", "grant", "version"
_KEYED_BY_UUID = (AccessFactKind.LOCAL_TRIAL, AccessFactKind.CASE, AccessFactKind.OVERRIDE)
_NOBODY = -987_654_321
Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class AccessRows:
    """`version` is the number and the highest id of the recorded facts that concern the organization."""

    bodies: dict[Named, Body]
    version: Version


def access_rows(organization_id: int) -> AccessRows:
    """One query."""
    statement = _statement(connection.vendor, is_live=settings.STRIPE_LIVE_MODE)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.params_for(organization_id))
        return _assembled([(kind, _key(kind, key), _json(body)) for kind, key, body in cursor.fetchall()])


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL as Django writes it for this database, with the places in which the organization's id stands."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[int, ...]

    def params_for(self, organization_id: int) -> list[Any]:
        params = list(self.params)
        for place in self.places:
            params[place] = organization_id
        return params


@cache
def _statement(vendor: str, *, is_live: bool) -> _Statement:
    """Written once a process: Django needs much longer to write the statement than a database to answer it."""
    parts = _parts(_NOBODY, is_live=is_live)
    sql, params = parts[0].union(*parts[1:], all=True).query.get_compiler(connection=connection).as_sql()
    places = tuple(place for place, param in enumerate(params) if param == _NOBODY)
    return _Statement(sql, tuple(params), places)


def version_of(organization_id: int) -> Version:
    """One cheap query: it is another one after every committed change of what decides."""
    counted = _facts(organization_id).aggregate(count=Count("pk"), newest=Max("pk"))
    return counted["count"], counted["newest"] or 0


def _parts(organization_id: int, *, is_live: bool) -> list[QuerySet[Any, Any]]:
    rows = Subscription.objects.filter(organization_id=organization_id, livemode=is_live)
    subscriptions = rows.exclude(status__in=_ENDED)
    items = SubscriptionItem.objects.filter(subscription__in=subscriptions)
    prices = Price.objects.filter(
        Q(stripe_price_id__in=subscriptions.values("stripe_price_id"))
        | Q(stripe_price_id__in=items.values("stripe_price_id"))
    )
    trials = LocalTrial.objects.filter(organization_id=organization_id)
    overrides = EntitlementOverride.objects.filter(organization_id=organization_id, ended_at=None)
    plans = Plan.objects.filter(
        Q(is_free=True, is_archived=False)
        | Q(pk__in=prices.values("plan"))
        | Q(pk__in=trials.values("plan"))
        | Q(pk__in=overrides.values("plan"))
    )
    past_due = subscriptions.filter(status=SubscriptionStatus.PAST_DUE.value)
    cases = DunningCase.objects.filter(stripe_subscription_id__in=past_due.values("stripe_subscription_id"))
    grants = PlanFeature.objects.filter(plan__in=plans.values("pk"))
    return [
        _part(subscriptions, AccessFactKind.SUBSCRIPTION, "stripe_subscription_id", _SUBSCRIPTION),
        _part(items, _ITEM, "stripe_item_id", _ITEM_BODY),
        _part(prices, AccessFactKind.PRICE, "stripe_price_id", {"plan": "plan__code"}),
        _part(plans, AccessFactKind.PLAN, "code", _PLAN),
        _part(grants, _GRANT, "feature__code", _GRANT_BODY),
        _part(trials, AccessFactKind.LOCAL_TRIAL, Cast("uuid", CharField()), _TRIAL),
        _part(cases, AccessFactKind.CASE, Cast("uuid", CharField()), _CASE),
        _part(overrides, AccessFactKind.OVERRIDE, Cast("uuid", CharField()), _OVERRIDE),
        _version_part(organization_id),
    ]


_SUBSCRIPTION = {
    "status": "status",
    "price": "stripe_price_id",
    "quantity": "quantity",
    "current_period_end": "current_period_end",
    "trial_end": "trial_end",
    "cancel_at": "cancel_at",
    "ended_at": "ended_at",
    "past_due_at": "past_due_at",
    "since_trial": "is_past_due_since_trial",
    "paid_until": "paused_paid_until",
}
_ITEM_BODY = {
    "subscription": "subscription__stripe_subscription_id",
    "id": "stripe_item_id",
    "price": "stripe_price_id",
    "quantity": "quantity",
    "position": "position",
}
_PLAN = {
    "name": "name",
    "rank": "rank",
    "is_free": "is_free",
    "is_archived": "is_archived",
    "seats": "minimum_seats",
}
_GRANT_BODY = {
    "plan": "plan__code",
    "limit": "limit",
    "unlimited": "is_unlimited",
    "per_seat": "is_per_seat",
}
_TRIAL = {"plan": "plan__code", "ends_at": "ends_at", "ended_at": "ended_at"}
_CASE = {
    "subscription": "stripe_subscription_id",
    "invoice": "stripe_invoice_id",
    "state": "state",
    "read_only_at": "read_only_at",
    "closes_at": "access_closes_at",
    "ended_at": "ended_at",
    "end_reason": "end_reason",
}
_OVERRIDE = {
    "kind": "kind",
    "feature": "feature__code",
    "plan": "plan__code",
    "limit": "limit",
    "quantity": "quantity",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "ended_at": "ended_at",
}


def _part(rows: QuerySet[Any, Any], kind: str, key: Any, body: dict[str, str]) -> QuerySet[Any, Any]:
    name = Cast(F(key), CharField()) if isinstance(key, str) else key
    shape = JSONObject(**{field: F(path) for field, path in body.items()})
    return rows.annotate(part=Value(str(kind), output_field=CharField()), part_key=name, part_body=shape).values_list(
        "part", "part_key", "part_body"
    )


def _version_part(organization_id: int) -> QuerySet[Any, Any]:
    facts = _facts(organization_id).annotate(part=Value(_VERSION, output_field=CharField())).order_by().values("part")
    shape = JSONObject(count=Count("pk"), newest=Max("pk"))
    return facts.annotate(part_key=Value("", output_field=CharField()), part_body=shape).values_list(
        "part", "part_key", "part_body"
    )


def _facts(organization_id: int) -> QuerySet[AccessFact]:
    return AccessFact.objects.filter(Q(organization_id=organization_id) | Q(organization=None))


def _key(kind: str, key: str) -> str:
    """A database without a type for them writes UUIDs without their dashes."""
    return str(UUID(key)) if kind in _KEYED_BY_UUID else key


def _json(body: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(body) if isinstance(body, str) else body
    return read


def _assembled(found: list[tuple[str, str, dict[str, Any]]]) -> AccessRows:
    """Items go into their subscription and grants into their plan, as they are recorded."""
    bodies: dict[Named, dict[str, Any]] = {}
    version: Version = (0, 0)
    for kind, key, body in found:
        if kind == AccessFactKind.PLAN:
            bodies[kind, key] = {**body, "has_seats": body["seats"] is not None, "grants": {}}
        elif kind == AccessFactKind.SUBSCRIPTION:
            bodies[kind, key] = {**body, "items": []}
        elif kind not in (_ITEM, _GRANT, _VERSION):
            bodies[kind, key] = body
    items = [body for kind, _, body in found if kind == _ITEM]
    for body in sorted(items, key=lambda one: (one["position"], one["id"])):
        bodies[AccessFactKind.SUBSCRIPTION, body["subscription"]]["items"].append(body)
    for kind, key, body in found:
        if kind == _GRANT:
            bodies[AccessFactKind.PLAN, body["plan"]]["grants"][key] = body
        elif kind == _VERSION:
            version = (body["count"], body["newest"] or 0)
    return AccessRows(dict(bodies), version)
