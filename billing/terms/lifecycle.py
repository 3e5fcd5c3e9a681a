"""Words of a subscription's life with us: checkouts, changes, states, actions and access."""

from enum import StrEnum


class CodeEntry(StrEnum):
    """Where a promotion code is typed: on our page before the checkout, on Stripe's page, or nowhere."""

    OURS = "ours"
    STRIPE = "stripe"
    NONE = "none"


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
    COMP = "comp"
    FREE = "free"
