"""Customers at Stripe."""

from contextlib import suppress
from typing import Any

import stripe

from billing.errors import StripeObjectMissing
from billing.gateway.client import call, client


def create(*, name: str, email: str, metadata: dict[str, str], key: str) -> stripe.Customer:
    """Create a customer (`cus_…`). Safe to repeat with the same key and the same values."""
    return call(client().v1.customers.create, key=key, name=name, email=email, metadata=metadata)


def find(*, email: str, metadata: dict[str, str]) -> stripe.Customer | None:
    """The customer that was created with exactly these values. Raises StripeUnreachable; safe to repeat."""
    found = call(client().v1.customers.list, email=email, limit=100).auto_paging_iter()
    return next((customer for customer in found if customer["metadata"].to_dict() == metadata), None)


def update(stripe_customer_id: str, *, values: dict[str, Any], key: str) -> stripe.Customer:
    """Set `name`, `email` or `address` (all parts, or empty) of a customer. Safe to repeat with the same values."""
    return call(client().v1.customers.update, stripe_customer_id, key=key, **values)


def create_tax_id(stripe_customer_id: str, *, kind: str, value: str, key: str) -> stripe.TaxId:
    """Add a tax number (`txi_…`); Stripe asks the authority by itself. Raises StripeRefused for one it cannot be."""
    return call(client().v1.customers.tax_ids.create, stripe_customer_id, key=key, type=kind, value=value)


def delete_tax_id(stripe_customer_id: str, stripe_tax_id: str, *, key: str) -> None:
    """Take a tax number away; one that is gone already is no error. Invoices that are final keep it."""
    with suppress(StripeObjectMissing):
        call(client().v1.customers.tax_ids.delete, stripe_customer_id, stripe_tax_id, key=key)


def set_default_payment_method(
    stripe_customer_id: str, *, stripe_payment_method_id: str, key: str
) -> stripe.Customer:
    """Have this method (`pm_…`) pay what no subscription has a method of its own for. Safe to repeat."""
    return call(
        client().v1.customers.update,
        stripe_customer_id,
        key=key,
        invoice_settings={"default_payment_method": stripe_payment_method_id},
    )
