"""Words of dunning: how a failed payment is judged, how its case stands, and how each try of ours ends."""

from enum import StrEnum


class DeclineClass(StrEnum):
    """What a decline means for the next try, from the softest to the hardest."""

    TECHNICAL = "technical"
    SOFT = "soft"
    NEEDS_CUSTOMER = "needs_customer"
    HARD = "hard"
    FRAUD = "fraud"


class SlotPreference(StrEnum):
    """At which hour of the customer's day a try is made."""

    ANY = "any"
    LOCAL_MORNING = "local_morning"
    PAYDAY_MORNING = "payday_morning"
    AFTER_LOCAL_MIDNIGHT = "after_local_midnight"
    NONE = "none"


class BlockReach(StrEnum):
    """What a card may never be charged for again by us: anything, or what its holder took the mandate back for."""

    CARD = "card"
    MANDATE = "mandate"


class CaseState(StrEnum):
    """The life of one unpaid invoice.

    `waiting`: the next try has its moment. `attempting`: a try of ours is planned, sent, or its outcome unknown.
    `awaiting_customer`: only the customer can go on. `conflict`: somebody else collects, too, so we do not.
    `closing`: the final action is being carried out. `lost`: it was, without a payment.
    """

    WAITING = "waiting"
    ATTEMPTING = "attempting"
    AWAITING_CUSTOMER = "awaiting_customer"
    CONFLICT = "conflict"
    CLOSING = "closing"
    RECOVERED = "recovered"
    RECOVERED_LATE = "recovered_late"
    LOST = "lost"
    STOPPED = "stopped"


OPEN_CASE_STATES = (
    CaseState.WAITING,
    CaseState.ATTEMPTING,
    CaseState.AWAITING_CUSTOMER,
    CaseState.CONFLICT,
    CaseState.CLOSING,
)


STOPPED_BY_DISPUTE = "dispute"
"""The reason of a case that stopped although its invoice is still open."""
STOPPED_AS_NOT_OWED = ("invoice_void", "invoice_deleted", "forgiven")
"""The reasons of cases that stopped because the invoice is not to be paid any more; one written off is owed on."""


class AttemptState(StrEnum):
    """`skipped`: never sent, because the last look found a reason. `unknown`: sent, and no answer came."""

    PLANNED = "planned"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    SKIPPED = "skipped"


IN_FLIGHT_ATTEMPT_STATES = (AttemptState.PLANNED, AttemptState.SENDING, AttemptState.UNKNOWN)


class AttemptTrigger(StrEnum):
    """Why a try is made. Only those of the schedule are taken from the policy's budget."""

    SCHEDULE = "schedule"
    NEW_CARD = "new_card"
    CARD_UPDATED = "card_updated"
    STAFF = "staff"


class Collector(StrEnum):
    """Who retries: we (`own`, Stripe's automatic retries off), or Stripe while we watch (`observe`)."""

    OWN = "own"
    OBSERVE = "observe"


class FinalAction(StrEnum):
    """What happens to the subscription when the deadline has passed without a payment."""

    CANCEL = "cancel"
    LEAVE = "leave"


class CaseAction(StrEnum):
    """What staff may ask of a case."""

    HOLD = "hold"
    RETRY = "retry"
    EXTEND = "extend"
    FORGIVE = "forgive"
    SETTLE_CONFLICT = "settle_conflict"


class CaseStep(StrEnum):
    """The mails of a case, each written once: it failed, only you can go on, the last notice, it was ended."""

    FAILED = "failed"
    CUSTOMER = "customer"
    LAST_NOTICE = "last_notice"
    ENDED = "ended"
