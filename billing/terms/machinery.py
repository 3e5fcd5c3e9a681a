"""Words of the machinery: intents, long runs, and how rows differ from Stripe's."""

from enum import StrEnum


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


class IntentState(StrEnum):
    """The life of a decision of ours: committed, then carried out, refused for good, or of unknown outcome."""

    RECORDED = "recorded"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
