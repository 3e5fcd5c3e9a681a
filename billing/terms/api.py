"""What a program may ask for over the API, and how far one of its requests has come."""

from enum import StrEnum


class ApiScope(StrEnum):
    """What a key may be used for. To write does not include to read: a key names both."""

    ORGANIZATION_READ = "organization:read"
    CATALOGUE_READ = "catalogue:read"
    ENTITLEMENTS_READ = "entitlements:read"
    SUBSCRIPTION_READ = "subscription:read"
    SUBSCRIPTION_WRITE = "subscription:write"
    CHECKOUT_WRITE = "checkout:write"
    PAYMENT_METHODS_READ = "payment_methods:read"
    PAYMENT_METHODS_WRITE = "payment_methods:write"
    INVOICES_READ = "invoices:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"


class ApiRequestState(StrEnum):
    """`released`: it ended without an answer worth repeating, so the same key carries it out again."""

    RUNNING = "running"
    ANSWERED = "answered"
    RELEASED = "released"
