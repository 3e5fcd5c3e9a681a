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


class DriftKind(StrEnum):
    """How our copy of an object can differ from Stripe's.

    `unpaid_but_open`: our row reads as paid and opens access, and Stripe has not been paid.
    """

    MISSING = "missing"
    GONE = "gone"
    STATUS = "status"
    PLAN = "plan"
    QUANTITY = "quantity"
    PERIOD = "period"
    TRIAL = "trial"
    CANCELLATION = "cancellation"
    COLLECTION = "collection"
    PAYER = "payer"
    PAYMENT_METHOD = "payment_method"
    DISCOUNT = "discount"
    SCHEDULE = "schedule"
    AMOUNT = "amount"
    UNPAID_BUT_OPEN = "unpaid_but_open"
    NUMBER = "number"
    DETAILS = "details"


class DriftOutcome(StrEnum):
    """What became of a difference: only noted, put right by a repair or by an event that was late, or left.

    `on_its_way`: Stripe changed the object meanwhile, so that its event will bring it. `unfounded`: Stripe does not
    list the object and has it all the same.
    """

    NOTED = "noted"
    REPAIRED = "repaired"
    BY_EVENT = "by_event"
    ON_ITS_WAY = "on_its_way"
    UNFOUNDED = "unfounded"
    FAILED = "failed"


class RunState(StrEnum):
    """A long piece of work that can be resumed: going on, put aside, at its end, or broken off with an error."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    FAILED = "failed"


class Interval(StrEnum):
    MONTH = "month"
    YEAR = "year"


class CouponDuration(StrEnum):
    """How long a coupon goes on lowering the invoices of a subscription."""

    ONCE = "once"
    REPEATING = "repeating"
    FOREVER = "forever"


class CodeEntry(StrEnum):
    """Where a promotion code is typed: on our page before the checkout, on Stripe's page, or nowhere."""

    OURS = "ours"
    STRIPE = "stripe"
    NONE = "none"


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


class IntentState(StrEnum):
    """The life of a decision of ours: committed, then carried out, refused for good, or of unknown outcome."""

    RECORDED = "recorded"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


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


class CheckoutState(StrEnum):
    RECORDED = "recorded"
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"
    FAILED = "failed"


class ChangeBehaviour(StrEnum):
    """When a change of plan or seats happens, and when it is paid (rule S2)."""

    NOW_INVOICE = "now_invoice"
    NOW_NEXT_INVOICE = "now_next_invoice"
    PERIOD_END = "period_end"
    RESET_CYCLE = "reset_cycle"


class ChangeDirection(StrEnum):
    UP = "up"
    DOWN = "down"
    SAME = "same"


class PlanChangeState(StrEnum):
    """The life of a change of plan or seats. `awaiting_payment`: Stripe keeps it until its invoice is paid.

    `scheduled`: it happens when the period ends. `superseded`: something newer, ours or the dashboard's, replaced it.
    """

    RECORDED = "recorded"
    AWAITING_PAYMENT = "awaiting_payment"
    SCHEDULED = "scheduled"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    SUPERSEDED = "superseded"


class ReleaseReason(StrEnum):
    """Why a planned change is let go of at Stripe. `overtaken`: Stripe's dashboard decided otherwise.

    `landed` and `failed`: the change has come to its end, and only its empty schedule is left to remove.
    """

    UNDONE = "undone"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    ARCHIVED = "archived"
    PAST_DUE = "past_due"
    ENDED = "ended"
    OVERTAKEN = "overtaken"
    LANDED = "landed"
    FAILED = "failed"


UNFINISHED_CHANGE_STATES = (
    PlanChangeState.RECORDED,
    PlanChangeState.AWAITING_PAYMENT,
    PlanChangeState.SCHEDULED,
)


class SeatChangeOrigin(StrEnum):
    """Why the number of seats changes: somebody chose it, the team changed, or the nightly comparison found it."""

    PERSON = "person"
    TEAM = "team"
    TRUE_UP = "true_up"


class LifecycleState(StrEnum):
    """How an organization's subscription stands, as far as what may be done with it depends on that.

    `change_unpaid`: an upgrade waits for its payment. `change_scheduled`: a change waits for the period's end.
    `collection_paused` is Stripe's `pause_collection`, in which the status stays `active`; `paused` is the status
    after a trial that ended without a card.
    """

    NONE = "none"
    LOCAL_TRIAL = "local_trial"
    INCOMPLETE = "incomplete"
    TRIALING = "trialing"
    TRIAL_CANCELLING = "trial_cancelling"
    ACTIVE = "active"
    CHANGE_SCHEDULED = "change_scheduled"
    CHANGE_UNPAID = "change_unpaid"
    CANCELLING = "cancelling"
    COLLECTION_PAUSED = "collection_paused"
    PAUSED = "paused"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    ENDED = "ended"


class SubscriptionAction(StrEnum):
    """What a subscriber or staff may want to do."""

    START_TRIAL = "start_trial"
    SUBSCRIBE = "subscribe"
    CHANGE_PLAN = "change_plan"
    CHANGE_SEATS = "change_seats"
    UNDO_CHANGE = "undo_change"
    CANCEL_AT_END = "cancel_at_end"
    CANCEL_AT_DATE = "cancel_at_date"
    CANCEL_NOW = "cancel_now"
    UNDO_CANCEL = "undo_cancel"
    PAUSE = "pause"
    RESUME = "resume"
    APPLY_DISCOUNT = "apply_discount"
    REMOVE_DISCOUNT = "remove_discount"
    EXTEND_TRIAL = "extend_trial"
    END_TRIAL = "end_trial"
    SET_TERMS = "set_terms"


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


class FirstPaymentPolicy(StrEnum):
    """What a failing first payment after a trial leaves: the grace that every failed payment has, or no access."""

    GRACE = "grace"
    NO_ACCESS = "no_access"


class AccessReason(StrEnum):
    """Why an organization has the plan that it has now."""

    SUBSCRIPTION = "subscription"
    TRIAL = "trial"
    LOCAL_TRIAL = "local_trial"
    GRACE = "grace"
    CANCELLING = "cancelling"
    FREE = "free"
