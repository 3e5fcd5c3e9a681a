"""Failures of answering a dispute."""

from collections.abc import Sequence

from billing.errors.base import BillingError


class DisputeNotAwaiting(BillingError):
    code = "dispute_not_awaiting"
    status = 409
    message = "The bank awaits nothing of us in this dispute. Nothing was sent."


class DisputeUnknown(BillingError):
    """Stripe has a status that this version does not know: nobody should act on it blindly."""

    code = "dispute_status_unknown"
    status = 409
    message = "Stripe gives this dispute a status that is not known here. Please act in Stripe's Dashboard."


class NoAnswerPossible(BillingError):
    code = "dispute_no_answer_possible"
    status = 409
    message = "The bank takes no answer to this dispute. It can only be accepted. Nothing was sent."


class EvidenceTooLate(BillingError):
    code = "evidence_too_late"
    status = 409
    message = "The time to answer this dispute has passed. Nothing was sent."


class DisputeAnswered(BillingError):
    code = "dispute_answered"
    status = 409
    message = "This dispute was answered already. Evidence is taken one time only. Nothing was sent."


class AnswerUnderWay(BillingError):
    code = "answer_under_way"
    status = 409
    message = "A final answer to this dispute is recorded or waits for its approval. Nothing was sent twice."


class EvidenceEmpty(BillingError):
    code = "evidence_empty"
    status = 400
    message = "There is no evidence to send. Fill the draft first."


class EvidenceRefused(BillingError):
    """Evidence that Stripe would not take; `reasons` are plain sentences, one for each thing to mend."""

    code = "evidence_refused"
    status = 400
    message = "This evidence cannot be sent."

    def __init__(self, reasons: Sequence[str] = ()) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join((self.message, *self.reasons)), reasons=list(self.reasons))


class NothingToApprove(BillingError):
    code = "nothing_to_approve"
    status = 409
    message = "Nothing waits for approval here. Nothing was sent."


class SecondPersonIsTheFirst(BillingError):
    code = "second_person_needed"
    status = 403
    message = "Somebody else than who asked for it has to approve it. Nothing was sent."


class DraftChanged(BillingError):
    """Somebody else saved the draft since this person saw it."""

    code = "draft_changed"
    status = 409
    message = "Somebody else has saved this draft since you opened it. Look at theirs first. Nothing was saved."
