"""Routes of the merchant's balance and its entries."""

from typing import Any

from stripe_sandbox.engine import ledger
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route


@route("GET", "/v1/balance", schema="balance_retrieve")
def retrieve(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """What all entries add up to."""
    return ledger.balance(unit)


@route("GET", "/v1/balance_transactions/{entry}", schema="balance_transaction_retrieve")
def retrieve_entry(unit: Unit, params: dict[str, Any], entry: str) -> StripeObject:
    """One balance entry."""
    return unit.get("balance_transaction", entry)


@route("GET", "/v1/balance_transactions", schema="balance_transaction_list")
def list_entries(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Balance entries."""
    where = Filter().created(params.get("created"))
    for key in ("currency", "source", "type"):
        where.equals(key, params.get(key))
    return page(unit, "balance_transaction", params, url="/v1/balance_transactions", where=where)
