"""Routes of plans, the older name and form of recurring prices: each plan is a price and is billed as one.

Assumed: a plan is announced beside its price only when it is made, changed or deleted as a plan, and whoever has
subscribed to a deleted one goes on to pay it.
"""

from typing import Any

from stripe_sandbox.engine.prices import as_plan, create_price
from stripe_sandbox.errors import ApiError, no_such
from stripe_sandbox.resources.products import make_product
from stripe_sandbox.resources.updates import refuse, take
from stripe_sandbox.store.changes import previous_attributes
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

# The plan's word and the price's.
SAME = {
    "active": "active",
    "amount": "unit_amount",
    "amount_decimal": "unit_amount_decimal",
    "billing_scheme": "billing_scheme",
    "currency": "currency",
    "id": "id",
    "metadata": "metadata",
    "nickname": "nickname",
    "tiers": "tiers",
    "tiers_mode": "tiers_mode",
    "transform_usage": "transform_quantity",
}
RHYTHM = ("interval", "interval_count", "meter", "trial_period_days", "usage_type")


def _find(unit: Unit, plan: str) -> StripeObject:
    price = unit.find("price", plan)
    if price is None or price["recurring"] is None or price.get("_is_deleted_plan"):
        raise no_such("plan", plan, param="plan")
    return price


@route("POST", "/v1/plans", schema="plan_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A plan of a product that is there or that comes with it."""
    product = params.get("product")
    if not product:
        raise ApiError("Missing required param: product.", param="product", code="parameter_missing")
    if isinstance(product, dict):
        product = make_product(unit, product)["id"]
    values = {SAME[key]: value for key, value in params.items() if key in SAME}
    rhythm = {key: params[key] for key in RHYTHM if key in params}
    plan = as_plan(create_price(unit, {**values, "product": product, "recurring": rhythm}))
    unit.emit("plan.created", plan)
    return plan


@route("GET", "/v1/plans/{plan}", schema="plan_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], plan: str) -> StripeObject:
    """One plan."""
    return as_plan(_find(unit, plan))


@route("POST", "/v1/plans/{plan}", schema="plan_update")
def update(unit: Unit, params: dict[str, Any], plan: str) -> StripeObject:
    """Change what is noted about a plan: amounts and rhythm never change."""
    refuse(params, "product", "trial_period_days")
    price = _find(unit, plan)
    before = as_plan(price)
    take(price, params, "active", "nickname")
    after = as_plan(price)
    unit.emit("price.updated", price)
    unit.emit("plan.updated", after, previous=previous_attributes(before, after=after))
    return after


@route("DELETE", "/v1/plans/{plan}")
def delete(unit: Unit, params: dict[str, Any], plan: str) -> StripeObject:
    """Nobody can subscribe to it any more."""
    price = _find(unit, plan)
    unit.emit("plan.deleted", as_plan(price))
    unit.emit("price.deleted", price)
    price.update(active=False, _is_deleted_plan=True)
    return {"id": plan, "object": "plan", "deleted": True}


@route("GET", "/v1/plans", schema="plan_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Plans, by product if asked."""
    where = Filter().created(params.get("created")).equals("product", params.get("product"))
    where.equals("active", params.get("active")).equals("type", "recurring")
    where.add("json_extract(data, '$._is_deleted_plan') IS NULL")
    found = page(unit, "price", params, url="/v1/plans", where=where)
    return {**found, "data": [as_plan(unit.get("price", price["id"])) for price in found["data"]]}
