"""Words of outgoing webhooks: what is told to a customer's own programs, and how a delivery or an address stands."""

from enum import StrEnum


class OutgoingKind(StrEnum):
    """The types of event that a program may be told. A name that was given out never changes its meaning."""

    CUSTOMER_STATE_CHANGED = "customer.state_changed"
    SUBSCRIPTION_CREATED = "subscription.created"
    SUBSCRIPTION_UPDATED = "subscription.updated"
    SUBSCRIPTION_ACTIVE = "subscription.active"
    SUBSCRIPTION_PAST_DUE = "subscription.past_due"
    SUBSCRIPTION_UNPAID = "subscription.unpaid"
    SUBSCRIPTION_PAUSED = "subscription.paused"
    SUBSCRIPTION_CANCELED = "subscription.canceled"
    INVOICE_OPEN = "invoice.open"
    INVOICE_PAID = "invoice.paid"
    INVOICE_PAYMENT_FAILED = "invoice.payment_failed"
    INVOICE_ACTION_REQUIRED = "invoice.payment_action_required"
    INVOICE_VOID = "invoice.void"
    INVOICE_UNCOLLECTIBLE = "invoice.uncollectible"
    TEST = "webhook.test"


CHOOSABLE_KINDS = tuple(kind for kind in OutgoingKind if kind != OutgoingKind.TEST)
"""All but the test, which goes wherever somebody sends it."""


class DisabledReason(StrEnum):
    """Why nothing is sent to an address: a person wants so, it failed for too long, or it answered "gone" (410)."""

    BY_HAND = "by_hand"
    FAILURES = "failures"
    GONE = "gone"


class DeliveryState(StrEnum):
    """A delivery waits (for its first try or another), has arrived, or was given up."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
