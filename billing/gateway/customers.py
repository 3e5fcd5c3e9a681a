"""Customers at Stripe."""

import stripe

from billing.gateway.client import call, client


def create(*, name: str, email: str, metadata: dict[str, str], key: str) -> stripe.Customer:
    """Create a customer (`cus_…`). Safe to repeat with the same key and the same values."""
    return call(client().v1.customers.create, key=key, name=name, email=email, metadata=metadata)
