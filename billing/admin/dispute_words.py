"""How pages of staff speak of a dispute: what kind, what became of the money, how near the deadline is."""

from datetime import datetime, timedelta

from billing.admin.case_words import moment
from billing.admin.shown import amount, words
from billing.disputework import facts_of
from billing.models import Dispute, EvidenceSubmission
from billing.rules.dispute.deadline import is_inquiry, light
from billing.selectors.dispute_desk import names_of_files
from billing.terms import AnswerBar, DisputeStatus, TrafficLight

LIGHT_COLOURS = {
    TrafficLight.RED.value: "danger",
    TrafficLight.AMBER.value: "warning",
    TrafficLight.GREEN.value: "success",
    TrafficLight.OFF.value: "info",
}
_MONEY = {
    DisputeStatus.WARNING_NEEDS_RESPONSE.value: "None has moved: the bank only asks",
    DisputeStatus.WARNING_UNDER_REVIEW.value: "None has moved: the bank only asks",
    DisputeStatus.WARNING_CLOSED.value: "None has moved",
    DisputeStatus.NEEDS_RESPONSE.value: "Withdrawn, with the bank's fee",
    DisputeStatus.UNDER_REVIEW.value: "Withdrawn, with the bank's fee",
    DisputeStatus.WON.value: "Came back",
    DisputeStatus.LOST.value: "Gone",
    DisputeStatus.PREVENTED.value: "As the network settled it: look at Stripe",
}
BARS = {
    AnswerBar.UNKNOWN_STATUS: "Stripe gives it a status that is not known here: act in Stripe's Dashboard.",
    AnswerBar.NOT_AWAITED: "The bank awaits nothing.",
    AnswerBar.NO_ANSWER_POSSIBLE: "No answer is possible. It can only be accepted.",
    AnswerBar.TOO_LATE: "The time to answer has passed.",
    AnswerBar.ALREADY_SUBMITTED: "It was answered. Evidence is taken one time only.",
}


def kind_text(dispute: Dispute) -> str:
    return "Inquiry" if is_inquiry(dispute.status) else "Chargeback"


def money_text(dispute: Dispute) -> str:
    return _MONEY.get(dispute.status, "Not known: look at Stripe")


def light_of(dispute: Dispute, now: datetime) -> tuple[str, str]:
    """The colour, and what is left in words. Business time."""
    colour = light(facts_of(dispute), now)
    return colour.value, left_text(dispute, now) if colour != TrafficLight.OFF else "No answer awaited"


def left_text(dispute: Dispute, now: datetime) -> str:
    if dispute.evidence_due_at is None:
        return "Look at it"
    left = dispute.evidence_due_at - now
    if left < timedelta(days=1):
        return f"{max(0, int(left.total_seconds() // 3600))} h left"
    return f"{left.days} d left"


def deadline_text(dispute: Dispute, now: datetime) -> str:
    if dispute.evidence_due_at is None:
        return BARS[AnswerBar.NO_ANSWER_POSSIBLE]
    text = moment(dispute.evidence_due_at)
    return f"{text} ({left_text(dispute, now)})" if dispute.evidence_due_at > now else f"{text} (passed)"


def rows_of(submission: EvidenceSubmission) -> list[tuple[str, str]]:
    """Just what it sends: names of fields, texts, files; what is emptied is said."""
    files = names_of_files(submission)
    sent = {**submission.texts, **{field: files.get(field, "") for field in submission.files}}
    return [(field, text or "(emptied)") for field, text in sent.items()]


def about_submitting(dispute: Dispute, now: datetime) -> list[str]:
    return [
        f"{kind_text(dispute)} over {amount(dispute.amount_minor, dispute.currency)}, "
        f"{words(dispute.reason).lower()}. Deadline: {deadline_text(dispute, now)}.",
        "This is handed in one time only: the bank takes no second answer, and nothing can be added or corrected.",
        f"Type {dispute.stripe_dispute_id} to confirm.",
    ]


def about_accepting(dispute: Dispute, now: datetime) -> list[str]:
    return [
        f"{amount(dispute.amount_minor, dispute.currency)} and the bank's fee are given up for good. "
        "Nothing can be answered any more.",
        "What becomes of the subscription is decided by the setting DISPUTE_LOST_POLICY.",
        f"Type {dispute.stripe_dispute_id} to confirm.",
    ]
