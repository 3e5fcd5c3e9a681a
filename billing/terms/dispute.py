"""Words of answering disputes."""

from enum import StrEnum


class EvidenceKind(StrEnum):
    """What is done at Stripe: lay evidence there without handing it in, hand it in once, or accept the loss."""

    STAGE = "stage"
    SUBMIT = "submit"
    ACCEPT = "accept"


FINAL_EVIDENCE_KINDS = (EvidenceKind.SUBMIT, EvidenceKind.ACCEPT)
"""Neither can be taken back, and only one of the two is possible."""


class EvidenceState(StrEnum):
    """`waiting` is for a second person; from `recorded` on Stripe may have been asked."""

    WAITING = "waiting"
    RECORDED = "recorded"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputePhase(StrEnum):
    """An inquiry that becomes a chargeback is the same dispute, and is answered once more."""

    INQUIRY = "inquiry"
    CHARGEBACK = "chargeback"


class TrafficLight(StrEnum):
    """How near the deadline of an answer is; `off` where none is awaited."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    OFF = "off"


class AnswerBar(StrEnum):
    """Why a dispute cannot be answered."""

    UNKNOWN_STATUS = "unknown_status"
    NOT_AWAITED = "not_awaited"
    NO_ANSWER_POSSIBLE = "no_answer_possible"
    TOO_LATE = "too_late"
    ALREADY_SUBMITTED = "already_submitted"
