"""One file for each resource of the API; importing this package registers all routes."""

from stripe_sandbox.resources import (
    cards,
    checkout,
    customers,
    events,
    invoices,
    payments,
    portal,
    products,
    subscriptions,
)

__all__ = [
    "cards",
    "checkout",
    "customers",
    "events",
    "invoices",
    "payments",
    "portal",
    "products",
    "subscriptions",
]
