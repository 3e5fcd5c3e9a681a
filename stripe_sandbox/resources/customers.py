"""Routes of customers and what hangs below them."""

from typing import Any

from stripe_sandbox.engine import customer_balance, customers, discounts, payment_methods, test_clocks
from stripe_sandbox.errors import no_such
from stripe_sandbox.resources.updates import refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import empty_list, shown
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

PLAIN = (
    "address",
    "description",
    "email",
    "name",
    "phone",
    "preferred_locales",
    "shipping",
    "tax_exempt",
)
NOT_BUILT = ("source", "cash_balance", "coupon", "promotion_code")
ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def _fill(unit: Unit, customer: StripeObject, params: dict[str, Any]) -> None:
    refuse(params, *NOT_BUILT)
    take(customer, params, *PLAIN)
    if params.get("balance") is not None and params["balance"] != customer["balance"]:
        customer_balance.change(unit, customer, amount=params["balance"] - customer["balance"])
    if params.get("address"):
        customer["address"] = {key: params["address"].get(key) for key in ADDRESS}
    settings = params.get("invoice_settings") or {}
    if settings.get("default_payment_method"):
        method = unit.get(
            "payment_method",
            settings["default_payment_method"],
            param="invoice_settings[default_payment_method]",
            status=400,
        )
        if method["customer"] != customer["id"]:
            raise no_such(
                "payment_method", method["id"], param="invoice_settings[default_payment_method]", status=400
            )
    customer["invoice_settings"].update(settings)


@route("POST", "/v1/customers", schema="customer_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A customer; `payment_method` is attached."""
    refuse(params, *NOT_BUILT)
    if params.get("test_clock"):
        unit.get(test_clocks.KIND, params["test_clock"], param="test_clock", status=400)
        test_clocks.check_room(unit, params["test_clock"])
    name = params.get("payment_method")
    method = None if name is None else payment_methods.resolve(unit, name)
    values = {key: params.get(key) for key in PLAIN if key not in {"address"}}
    address = params.get("address")
    if address:
        values["address"] = {key: address.get(key) for key in ADDRESS}
    metadata = {key: value for key, value in (params.get("metadata") or {}).items() if value != ""}
    customer = customers.create(unit, metadata=metadata, **values)
    if params.get("balance"):
        customer_balance.change(unit, customer, amount=params["balance"], kind="initial")
    if method is not None:
        payment_methods.attach(unit, method, customer=customer)
    if params.get("invoice_settings"):
        settings = params["invoice_settings"]
        if method is not None and settings.get("default_payment_method") == name:
            settings["default_payment_method"] = method["id"]
        _fill(unit, customer, {"invoice_settings": settings})
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
    _fill(unit, found, params)
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


@route("GET", "/v1/customers/{customer}/tax_ids", schema="customer_list_tax_ids")
def list_tax_ids(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """Tax ids are not kept here."""
    unit.get("customer", customer)
    return empty_list(f"/v1/customers/{customer}/tax_ids")
