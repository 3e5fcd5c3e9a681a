"""Words of Stripe's objects: their names and their statuses."""

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


class Authentication(StrEnum):
    """How far the bank's question about an open invoice is, by its PaymentIntent.

    `asked` stands in transitions only: the bank asks while the customer is there, at the page on which they pay.
    """

    NONE = "none"
    REQUIRED = "required"
    ASKED = "asked"
    UNDER_WAY = "processing"
    FAILED = "failed"


class RefundStatus(StrEnum):
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class DisputeStatus(StrEnum):
    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"


class CreditNoteStatus(StrEnum):
    ISSUED = "issued"
    VOID = "void"


class InvoicePaymentStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"
    CANCELED = "canceled"


class ScheduleStatus(StrEnum):
    NOT_STARTED = "not_started"
    ACTIVE = "active"
    COMPLETED = "completed"
    RELEASED = "released"
    CANCELED = "canceled"


class Interval(StrEnum):
    MONTH = "month"
    YEAR = "year"


class CouponDuration(StrEnum):
    """How long a coupon goes on lowering the invoices of a subscription."""

    ONCE = "once"
    REPEATING = "repeating"
    FOREVER = "forever"


class ObjectKind(StrEnum):
    """Stripe's object names of what the mirror keeps."""

    CUSTOMER = "customer"
    PAYMENT_METHOD = "payment_method"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    EARLY_FRAUD_WARNING = "radar.early_fraud_warning"
    CREDIT_NOTE = "credit_note"
    INVOICE_PAYMENT = "invoice_payment"
    SUBSCRIPTION_SCHEDULE = "subscription_schedule"
    CHECKOUT_SESSION = "checkout.session"
    PAYMENT_INTENT = "payment_intent"
    SETUP_INTENT = "setup_intent"
    PRODUCT = "product"
    PRICE = "price"


class TaxIdStatus(StrEnum):
    """What the authority answered Stripe about a tax number; `unavailable` where Stripe asks none."""

    PENDING = "pending"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    UNAVAILABLE = "unavailable"


class PauseBehaviour(StrEnum):
    """What becomes of the invoices that a pause holds back, as Stripe spells it: never owed, owed later, given up."""

    VOID = "void"
    KEEP_AS_DRAFT = "keep_as_draft"
    MARK_UNCOLLECTIBLE = "mark_uncollectible"


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


class MissingCardPolicy(StrEnum):
    """Stripe's `trial_settings.end_behavior.missing_payment_method`: what comes when a trial ends without a card."""

    CANCEL = "cancel"
    PAUSE = "pause"
    CREATE_INVOICE = "create_invoice"
