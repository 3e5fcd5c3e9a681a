"""Routes of promotion codes."""

from typing import Any

from stripe_sandbox.engine import promotion_codes
from stripe_sandbox.resources.updates import refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route


@route("POST", "/v1/promotion_codes", schema="promotion_code_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A code that customers can enter for a coupon."""
    refuse(params, "customer_account")
    refuse(params.get("restrictions") or {}, "currency_options")
    return promotion_codes.create(unit, params)


@route("GET", "/v1/promotion_codes/{promotion_code}", schema="promotion_code_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], promotion_code: str) -> StripeObject:
    """One code."""
    return unit.get("promotion_code", promotion_code, param="promotion_code")


@route("POST", "/v1/promotion_codes/{promotion_code}", schema="promotion_code_update")
def update(unit: Unit, params: dict[str, Any], promotion_code: str) -> StripeObject:
    """Switch a code on or off, or change its notes."""
    refuse(params.get("restrictions") or {}, "currency_options")
    found = unit.get("promotion_code", promotion_code, param="promotion_code")
    if "active" in params:
        promotion_codes.change_activity(unit, found, is_active=params["active"])
    take(found, params)
    unit.emit("promotion_code.updated", found)
    return found


@route("GET", "/v1/promotion_codes", schema="promotion_code_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Codes by text, coupon, customer, activity."""
    where = Filter().created(params.get("created")).equals("active", params.get("active"))
    where.equals("promotion.coupon", params.get("coupon"))
    if params.get("code"):
        where.add("lower(json_extract(data, '$.code')) = lower(?)", params["code"])
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    return page(unit, "promotion_code", params, url="/v1/promotion_codes", where=where)
