"""The words of billing as closed lists, spelled as Stripe spells them; no rule and no framework."""

from enum import StrEnum


class SubscriptionStatus(StrEnum):
    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELED = "canceled"
    UNPAID = "unpaid"
    PAUSED = "paused"


LIVE_SUBSCRIPTION_STATUSES = frozenset(
    {
        SubscriptionStatus.TRIALING,
        SubscriptionStatus.ACTIVE,
        SubscriptionStatus.PAST_DUE,
        SubscriptionStatus.UNPAID,
        SubscriptionStatus.PAUSED,
    }
)
"""Statuses in which a customer has a subscription that can still cost money: no second checkout beside one."""


class InvoiceStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"


class ChargeStatus(StrEnum):
    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"


class Interval(StrEnum):
    MONTH = "month"
    YEAR = "year"


class ObjectKind(StrEnum):
    """Stripe's object names of what the mirror keeps."""

    CUSTOMER = "customer"
    PAYMENT_METHOD = "payment_method"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    CHARGE = "charge"
    CHECKOUT_SESSION = "checkout.session"
    PAYMENT_INTENT = "payment_intent"
    SETUP_INTENT = "setup_intent"
    PRODUCT = "product"
    PRICE = "price"


class IntentState(StrEnum):
    """The life of a decision of ours: committed, then carried out, refused for good, or of unknown outcome."""

    RECORDED = "recorded"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class CheckoutState(StrEnum):
    RECORDED = "recorded"
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"
    FAILED = "failed"


class CancellationReason(StrEnum):
    """Stripe's `cancellation_details.feedback`, as a subscriber may choose it."""

    TOO_EXPENSIVE = "too_expensive"
    MISSING_FEATURES = "missing_features"
    SWITCHED_SERVICE = "switched_service"
    UNUSED = "unused"
    CUSTOMER_SERVICE = "customer_service"
    TOO_COMPLEX = "too_complex"
    LOW_QUALITY = "low_quality"
    OTHER = "other"


class AccessReason(StrEnum):
    """Why an organization has the plan that it has now."""

    SUBSCRIPTION = "subscription"
    TRIAL = "trial"
    LOCAL_TRIAL = "local_trial"
    GRACE = "grace"
    CANCELLING = "cancelling"
    FREE = "free"
