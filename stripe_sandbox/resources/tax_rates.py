"""Routes of tax rates."""

from typing import Any

from stripe_sandbox.engine import tax
from stripe_sandbox.resources.updates import take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route


@route("POST", "/v1/tax_rates", schema="tax_rate_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A tax rate."""
    return tax.create(unit, params)


@route("GET", "/v1/tax_rates/{tax_rate}", schema="tax_rate_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], tax_rate: str) -> StripeObject:
    """One tax rate."""
    return unit.get("tax_rate", tax_rate, param="tax_rate")


@route("POST", "/v1/tax_rates/{tax_rate}", schema="tax_rate_update")
def update(unit: Unit, params: dict[str, Any], tax_rate: str) -> StripeObject:
    """Rename a rate or take it out of use; its percentage never changes."""
    found = unit.get("tax_rate", tax_rate, param="tax_rate")
    take(found, params, "active", "display_name", *tax.PLAIN)
    unit.emit("tax_rate.updated", found)
    return found


@route("GET", "/v1/tax_rates", schema="tax_rate_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Tax rates, by activity or inclusiveness."""
    where = Filter().created(params.get("created"))
    for key in ("active", "inclusive"):
        where.equals(key, params.get(key))
    return page(unit, "tax_rate", params, url="/v1/tax_rates", where=where)
