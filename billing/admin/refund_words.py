"""What staff read of a refund: its state, what happened to it, and what becomes of the plan."""

from billing.terms import AccessChoice, RefundState

COLOURS = {
    RefundState.REQUESTED.value: "warning",
    RefundState.APPROVED.value: "info",
    RefundState.SENDING.value: "info",
    RefundState.UNKNOWN.value: "warning",
    RefundState.PENDING.value: "info",
    RefundState.REQUIRES_ACTION.value: "warning",
    RefundState.SUCCEEDED.value: "success",
    RefundState.FAILED.value: "danger",
    RefundState.CANCELED.value: "danger",
}
STATES = {
    RefundState.REQUESTED.value: "Waits for a second person",
    RefundState.APPROVED.value: "Goes to Stripe",
    RefundState.SENDING.value: "Is being sent",
    RefundState.UNKNOWN.value: "No answer yet; looked up by itself",
    RefundState.PENDING.value: "On its way",
    RefundState.REQUIRES_ACTION.value: "Waits for the customer",
    RefundState.SUCCEEDED.value: "Sent back",
    RefundState.FAILED.value: "Failed: the customer has no money",
    RefundState.CANCELED.value: "Called off: the customer has no money",
    RefundState.REJECTED.value: "Rejected",
    RefundState.CLOSED.value: "Failed and closed",
}
HAPPENED = {
    "refund_requested": "Asked for",
    "refund_approved": "Approved",
    "refund_rejected": "Rejected",
    "refund_sent": "Sent to Stripe",
    "refund_unanswered": "No answer came; it is looked up",
    "refund_pending": "Stripe has it on its way",
    "refund_waits_for_customer": "Stripe waits for the customer",
    "refund_succeeded": "Stripe sent it back",
    "refund_failed": "It failed",
    "refund_canceled": "It was called off",
    "refund_closed": "Closed",
    "refund_adopted": "Found at Stripe, made there",
}
ENDS = {
    AccessChoice.KEEP.value: "The plan goes on",
    AccessChoice.END_AT_PERIOD_END.value: "The plan ends with its paid period",
    AccessChoice.END_NOW.value: "The plan ends at once",
}
