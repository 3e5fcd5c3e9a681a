"""Routes of customers and what hangs below them."""

from typing import Any

from stripe_sandbox.engine import (
    customer_balance,
    customers,
    discounts,
    drafts,
    payment_methods,
    tax_ids,
    test_clocks,
)
from stripe_sandbox.errors import no_such
from stripe_sandbox.resources.customer_params import fill, given_values
from stripe_sandbox.resources.updates import merge_metadata
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import empty_list, shown
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route


@route("POST", "/v1/customers", schema="customer_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A customer with its tax ids; `payment_method` is attached."""
    values = given_values(params)
    if params.get("test_clock"):
        unit.get(test_clocks.KIND, params["test_clock"], param="test_clock", status=400)
        test_clocks.check_room(unit, params["test_clock"])
    name = params.get("payment_method")
    method = None if name is None else payment_methods.resolve(unit, name)
    customer = customers.create(unit, metadata=merge_metadata({}, params.get("metadata") or {}), **values)
    if params.get("balance"):
        customer_balance.change(unit, customer, amount=params["balance"], kind="initial")
    if method is not None:
        payment_methods.attach(unit, method, customer=customer)
    for given in params.get("tax_id_data") or []:
        tax_ids.create_for_customer(unit, customer, type=given["type"], value=given["value"])
    settings = params.get("invoice_settings") or {}
    if method is not None and settings.get("default_payment_method") == name:
        settings["default_payment_method"] = method["id"]
    fill(unit, customer, {"invoice_settings": settings, "cash_balance": params.get("cash_balance")})
    return customer


@route("GET", "/v1/customers/{customer}", schema="customer_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """The customer, or what is left of a deleted one."""
    found = unit.find("customer", customer)
    if found is not None and found.get("_is_deleted"):
        return {"id": customer, "object": "customer", "deleted": True}
    return unit.get("customer", customer)


@route("POST", "/v1/customers/{customer}", schema="customer_update")
def update(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """Change the given keys."""
    found = unit.get("customer", customer)
    fill(unit, found, params)
    drafts.follow_customer(unit, found)
    unit.emit("customer.updated", found)
    return found


@route("DELETE", "/v1/customers/{customer}")
def delete(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """Delete for good; subscriptions end at once."""
    return customers.delete(unit, unit.get("customer", customer))


@route("DELETE", "/v1/customers/{customer}/discount")
def delete_discount(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """End the customer's discount."""
    return discounts.remove_from(unit, unit.get("customer", customer))


@route("GET", "/v1/customers", schema="customer_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Customers, by exact e-mail if asked."""
    where = Filter().equals("email", params.get("email")).created(params.get("created"))
    where.equals("test_clock", params.get("test_clock"))
    return page(unit, "customer", params, url="/v1/customers", where=where)


@route("GET", "/v1/customers/{customer}/payment_methods", schema="customer_list_payment_methods")
def list_cards(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """The customer's cards."""
    unit.get("customer", customer, param="customer")
    where = Filter().add("customer = ?", customer).equals("type", params.get("type"))
    return page(unit, "payment_method", params, url=f"/v1/customers/{customer}/payment_methods", where=where)


@route("GET", "/v1/customers/{customer}/payment_methods/{method}", schema="customer_retrieve_payment_method")
def retrieve_card(unit: Unit, params: dict[str, Any], customer: str, method: str) -> StripeObject:
    """One card of this customer."""
    found = unit.get("payment_method", method, param="payment_method")
    if found["customer"] != customer:
        raise no_such("payment_method", method, param="payment_method")
    return shown(found)


@route("GET", "/v1/customers/{customer}/sources")
def list_sources(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """Legacy sources do not exist here."""
    unit.get("customer", customer)
    return empty_list(f"/v1/customers/{customer}/sources")
