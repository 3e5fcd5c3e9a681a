"""One file for each resource of the API; importing this package registers all routes."""

from stripe_sandbox.resources import (
    balance,
    cards,
    checkout,
    coupons,
    customers,
    events,
    invoices,
    payments,
    portal,
    products,
    promotion_codes,
    refunds,
    subscriptions,
)

__all__ = [
    "balance",
    "cards",
    "checkout",
    "coupons",
    "customers",
    "events",
    "invoices",
    "payments",
    "portal",
    "products",
    "promotion_codes",
    "refunds",
    "subscriptions",
]
