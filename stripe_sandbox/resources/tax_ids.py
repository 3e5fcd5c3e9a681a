"""Routes of tax ids, of a customer and of the account itself."""

from typing import Any

from stripe_sandbox.engine import drafts, tax_ids
from stripe_sandbox.errors import missing_parameter, no_such, not_built
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route


@route("POST", "/v1/customers/{customer}/tax_ids", schema="customer_tax_id_create")
def create_for_customer(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """A tax id of this customer."""
    found = unit.get("customer", customer, param="customer")
    return _create_for(unit, found, params)


@route("GET", "/v1/customers/{customer}/tax_ids/{tax_id}", schema="customer_tax_id_retrieve")
def retrieve_of_customer(unit: Unit, params: dict[str, Any], customer: str, tax_id: str) -> StripeObject:
    """One tax id of this customer."""
    return _of_customer(unit, customer, tax_id)


@route("DELETE", "/v1/customers/{customer}/tax_ids/{tax_id}")
def delete_of_customer(unit: Unit, params: dict[str, Any], customer: str, tax_id: str) -> StripeObject:
    """Take the id away from this customer."""
    return _delete(unit, _of_customer(unit, customer, tax_id))


@route("GET", "/v1/customers/{customer}/tax_ids", schema="customer_tax_id_list")
def list_of_customer(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """This customer's tax ids, newest first."""
    unit.get("customer", customer, param="customer")
    where = Filter().add("customer = ?", customer)
    return page(unit, tax_ids.KIND, params, url=f"/v1/customers/{customer}/tax_ids", where=where)


def _create_for(unit: Unit, customer: StripeObject, params: dict[str, Any]) -> StripeObject:
    made = tax_ids.create_for_customer(unit, customer, type=params["type"], value=params["value"])
    drafts.follow_customer(unit, customer)
    return made


def _delete(unit: Unit, found: StripeObject) -> StripeObject:
    gone = tax_ids.delete(unit, found)
    if found["customer"] is not None:
        drafts.follow_customer(unit, unit.get("customer", found["customer"]))
    return gone


def _of_customer(unit: Unit, customer: str, tax_id: str) -> StripeObject:
    unit.get("customer", customer, param="customer")
    found = unit.get(tax_ids.KIND, tax_id)
    if found["customer"] != customer:
        raise no_such(tax_ids.KIND, tax_id)
    return found


@route("POST", "/v1/tax_ids", schema="tax_id_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A tax id of the account, or of the customer that `owner` names."""
    owner = params.get("owner") or {"type": "self"}
    if owner["type"] == "customer":
        if not owner.get("customer"):
            raise missing_parameter("owner[customer]")
        customer = unit.get("customer", owner["customer"], param="owner[customer]", status=400)
        return _create_for(unit, customer, params)
    if owner["type"] != "self":
        raise not_built("owner[type]")
    return tax_ids.create(unit, type=params["type"], value=params["value"], customer=None, owner={"type": "self"})


@route("GET", "/v1/tax_ids/{tax_id}", schema="tax_id_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], tax_id: str) -> StripeObject:
    """One tax id, whoever has it."""
    return unit.get(tax_ids.KIND, tax_id)


@route("DELETE", "/v1/tax_ids/{tax_id}")
def delete(unit: Unit, params: dict[str, Any], tax_id: str) -> StripeObject:
    """Take the id away from its owner."""
    return _delete(unit, unit.get(tax_ids.KIND, tax_id))


@route("GET", "/v1/tax_ids", schema="tax_id_list", extra=("id",))
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """The account's own tax ids, or those of the owner named; dj-stripe names a customer as `id` (assumed)."""
    if params.get("id"):
        return list_of_customer(unit, params, params["id"])
    owner = params.get("owner") or {"type": "self"}
    where = Filter()
    if owner["type"] == "customer":
        where.add("customer = ?", owner.get("customer"))
    else:
        where.equals("owner.type", owner["type"])
    return page(unit, tax_ids.KIND, params, url="/v1/tax_ids", where=where)
