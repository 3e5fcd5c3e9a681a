"""The words of refunds that staff ask for: their states, who made them, and what becomes of access."""

from enum import StrEnum


class RefundState(StrEnum):
    """The life of a request. From `pending` on it is what Stripe says; `closed` is a failure seen to."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    SENDING = "sending"
    UNKNOWN = "unknown"
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    CLOSED = "closed"


TAKEN_REFUND_STATES = (RefundState.PENDING, RefundState.REQUIRES_ACTION, RefundState.SUCCEEDED)
"""Stripe has the refund, and the money is gone or on its way."""

FREED_REFUND_STATES = (RefundState.REJECTED, RefundState.FAILED, RefundState.CANCELED, RefundState.CLOSED)
"""No money went back, and its sum may be given back by another request."""


class RefundReason(StrEnum):
    """What Stripe may be told (https://docs.stripe.com/api/refunds/create, read 2026-11-20)."""

    REQUESTED_BY_CUSTOMER = "requested_by_customer"
    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"


class CreditReason(StrEnum):
    """What a credit note may say, which are other words than a refund's."""

    ORDER_CHANGE = "order_change"
    PRODUCT_UNSATISFACTORY = "product_unsatisfactory"
    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"


class AccessChoice(StrEnum):
    """What becomes of the plan: asked apart from the money, because a refund ends nothing."""

    KEEP = "keep"
    END_AT_PERIOD_END = "period_end"
    END_NOW = "now"


class RefundOrigin(StrEnum):
    """Who made it: staff here, or somebody at Stripe, in its dashboard or by another program."""

    STAFF = "staff"
    STRIPE = "stripe"


class AmountBasis(StrEnum):
    """What the amounts of a form are: without tax, or with it."""

    NET = "net"
    GROSS = "gross"
