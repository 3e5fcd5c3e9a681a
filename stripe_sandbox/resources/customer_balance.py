"""Routes of the entries of a customer's balance."""

from typing import Any

from stripe_sandbox.engine import customer_balance
from stripe_sandbox.errors import invalid, no_such
from stripe_sandbox.resources.updates import take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

KIND = "customer_balance_transaction"


@route("POST", "/v1/customers/{customer}/balance_transactions", schema=f"{KIND}_create")
def create(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """Change what a customer owes (above zero) or is owed (below)."""
    found = unit.get("customer", customer, param="customer")
    currency = params["currency"].lower()
    if found["currency"] not in (None, currency):
        raise invalid(
            f"The currency must be the customer's, which is {found['currency']}; it is {currency}.", param="currency"
        )
    entry = customer_balance.change(unit, found, amount=params["amount"], currency=currency)
    take(entry, params, "description")
    return entry


@route("GET", "/v1/customers/{customer}/balance_transactions/{entry}", schema=f"{KIND}_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], customer: str, entry: str) -> StripeObject:
    """One entry of this customer's."""
    return _entry(unit, customer, entry)


@route("POST", "/v1/customers/{customer}/balance_transactions/{entry}", schema=f"{KIND}_update")
def update(unit: Unit, params: dict[str, Any], customer: str, entry: str) -> StripeObject:
    """Change what is noted about an entry; its amount stands."""
    found = _entry(unit, customer, entry)
    take(found, params, "description")
    return found


def _entry(unit: Unit, customer: str, entry: str) -> StripeObject:
    found = unit.get(KIND, entry)
    if found["customer"] != customer:
        raise no_such(KIND, entry)
    return found


@route("GET", "/v1/customers/{customer}/balance_transactions", schema=f"{KIND}_list")
def listed(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """The entries, newest first."""
    unit.get("customer", customer, param="customer")
    where = Filter().created(params.get("created")).add("customer = ?", customer)
    where.equals("invoice", params.get("invoice"))
    return page(unit, KIND, params, url=f"/v1/customers/{customer}/balance_transactions", where=where)
