"""Routes of coupons."""

from typing import Any

from stripe_sandbox.engine import coupons
from stripe_sandbox.resources.updates import take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route


@route("POST", "/v1/coupons", schema="coupon_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A coupon; the caller may choose the id."""
    return coupons.create(unit, params)


@route("GET", "/v1/coupons/{coupon}", schema="coupon_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], coupon: str) -> StripeObject:
    """One coupon."""
    return unit.get("coupon", coupon, param="coupon")


@route("POST", "/v1/coupons/{coupon}", schema="coupon_update")
def update(unit: Unit, params: dict[str, Any], coupon: str) -> StripeObject:
    """Change the name, the notes, or amounts in further currencies; nothing else of a coupon ever changes."""
    found = unit.get("coupon", coupon, param="coupon")
    take(found, params, "name")
    coupons.add_currencies(found, params.get("currency_options"))
    unit.emit("coupon.updated", found)
    return found


@route("DELETE", "/v1/coupons/{coupon}")
def delete(unit: Unit, params: dict[str, Any], coupon: str) -> StripeObject:
    """No new redemptions; discounts that exist stay."""
    return coupons.delete(unit, unit.get("coupon", coupon, param="coupon"))


@route("GET", "/v1/coupons", schema="coupon_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Coupons."""
    return page(unit, "coupon", params, url="/v1/coupons", where=Filter().created(params.get("created")))
