"""Routes of disputes and of early fraud warnings."""

from typing import Any

from stripe_sandbox.engine import disputes, evidence
from stripe_sandbox.resources.updates import refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

WARNING = "radar.early_fraud_warning"
FIELDS = ("charge", "payment_intent")


@route("GET", "/v1/disputes/{dispute}", schema="dispute_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], dispute: str) -> StripeObject:
    """One dispute."""
    return unit.get("dispute", dispute)


@route("POST", "/v1/disputes/{dispute}", schema="dispute_update")
def update(unit: Unit, params: dict[str, Any], dispute: str) -> StripeObject:
    """Write evidence and, unless `submit` is false, hand it in: mostly that is possible once only."""
    refuse(params, "intended_submission_method")
    found = unit.get("dispute", dispute)
    given = params.get("evidence") or {}
    if given:
        evidence.write(unit, found, given)
    if params.get("submit") or (given and params.get("submit") is None):
        evidence.submit(unit, found)
    take(found, params)
    unit.emit("charge.dispute.updated", found)
    return found


@route("POST", "/v1/disputes/{dispute}/close", schema="dispute_close")
def close(unit: Unit, params: dict[str, Any], dispute: str) -> StripeObject:
    """Accept the loss, for good."""
    return disputes.close(unit, unit.get("dispute", dispute))


@route("GET", "/v1/disputes", schema="dispute_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Disputes, by charge or payment intent."""
    return page(unit, "dispute", params, url="/v1/disputes", where=_where(params))


@route("GET", "/v1/radar/early_fraud_warnings/{warning}", schema="radar/early_fraud_warning_retrieve")
def retrieve_warning(unit: Unit, params: dict[str, Any], warning: str) -> StripeObject:
    """One early fraud warning."""
    return unit.get(WARNING, warning)


@route("GET", "/v1/radar/early_fraud_warnings", schema="radar/early_fraud_warning_list")
def list_warnings(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Early fraud warnings, by charge or payment intent."""
    return page(unit, WARNING, params, url="/v1/radar/early_fraud_warnings", where=_where(params))


def _where(params: dict[str, Any]) -> Filter:
    where = Filter().created(params.get("created"))
    for field in FIELDS:
        where.equals(field, params.get(field))
    return where
