"""Customers at Stripe."""

import stripe

from billing.gateway.client import call, client


def create(*, name: str, email: str, metadata: dict[str, str], key: str) -> stripe.Customer:
    """Create a customer (`cus_…`). Safe to repeat with the same key and the same values."""
    return call(client().v1.customers.create, key=key, name=name, email=email, metadata=metadata)


def find(*, email: str, metadata: dict[str, str]) -> stripe.Customer | None:
    """The customer that was created with exactly these values. Raises StripeUnreachable; safe to repeat."""
    found = call(client().v1.customers.list, email=email, limit=100).auto_paging_iter()
    return next((customer for customer in found if customer["metadata"].to_dict() == metadata), None)
