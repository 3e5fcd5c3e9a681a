"""Routes of a customer's cash balance, which holds nothing here."""

from typing import Any

from stripe_sandbox.engine import cash_balances
from stripe_sandbox.errors import no_such
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import empty_list
from stripe_sandbox.wire.routing import route


@route("GET", "/v1/customers/{customer}/cash_balance", schema="customer_cash_balance_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """The balance and its settings."""
    return cash_balances.of_customer(unit.get("customer", customer, param="customer"))


@route("POST", "/v1/customers/{customer}/cash_balance", schema="customer_cash_balance_update")
def update(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """Change how incoming money would be matched."""
    found = unit.get("customer", customer, param="customer")
    cash_balances.change_settings(found, params.get("settings"))
    return cash_balances.of_customer(found)


@route("GET", "/v1/customers/{customer}/cash_balance_transactions", schema="customer_cash_balance_transaction_list")
def list_transactions(unit: Unit, params: dict[str, Any], customer: str) -> StripeObject:
    """What moved the balance: nothing ever does."""
    unit.get("customer", customer, param="customer")
    return empty_list(f"/v1/customers/{customer}/cash_balance_transactions")


@route(
    "GET",
    "/v1/customers/{customer}/cash_balance_transactions/{entry}",
    schema="customer_cash_balance_transaction_retrieve",
)
def retrieve_transaction(unit: Unit, params: dict[str, Any], customer: str, entry: str) -> StripeObject:
    """One movement: there is none."""
    unit.get("customer", customer, param="customer")
    raise no_such("customer_cash_balance_transaction", entry)
