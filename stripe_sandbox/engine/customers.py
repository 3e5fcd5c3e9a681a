"""Decides how customers come and go."""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import payment_methods, subscriptions
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit


def create(unit: Unit, **values: Any) -> StripeObject:
    """A customer with its event."""
    customer = blank("customer", id=ids.new_id("customer"), invoice_prefix=ids.new_invoice_prefix())
    customer.update({key: value for key, value in values.items() if value is not None})
    unit.add(customer)
    unit.emit("customer.created", customer)
    return customer


def delete(unit: Unit, customer: StripeObject) -> StripeObject:
    """Remove a customer: its subscriptions end now, its cards are detached, its id answers `deleted`."""
    for subscription in unit.select("subscription", where="customer = ?", values=[customer["id"]]):
        if subscription["status"] in subscriptions.LIVE:
            subscriptions.cancel_now(unit, subscription)
    for method in unit.select("payment_method", where="customer = ?", values=[customer["id"]]):
        payment_methods.detach(unit, method)
    unit.emit("customer.deleted", customer)
    customer["_is_deleted"] = True
    return {"id": customer["id"], "object": "customer", "deleted": True}
