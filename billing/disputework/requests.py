"""Records what staff want done with a dispute, once for each form; it asks nobody."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from billing import audit, clock
from billing.disputework.content import Content
from billing.errors import (
    AnswerUnderWay,
    BillingError,
    DisputeAnswered,
    DisputeNotAwaiting,
    DisputeUnknown,
    EvidenceTooLate,
    InvalidInput,
    NoAnswerPossible,
)
from billing.models import Dispute, EvidenceSubmission, open_staff_task
from billing.rules.dispute.amounts import is_above
from billing.rules.dispute.deadline import DisputeFacts, options, phase_of
from billing.terms import FINAL_EVIDENCE_KINDS, AnswerBar, EvidenceKind, EvidenceState

_ERRORS: dict[AnswerBar, type[BillingError]] = {
    AnswerBar.UNKNOWN_STATUS: DisputeUnknown,
    AnswerBar.NOT_AWAITED: DisputeNotAwaiting,
    AnswerBar.NO_ANSWER_POSSIBLE: NoAnswerPossible,
    AnswerBar.TOO_LATE: EvidenceTooLate,
    AnswerBar.ALREADY_SUBMITTED: DisputeAnswered,
}
_FAILURE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class DisputeWish:
    """Who asks for it by which form; `now` is business time. `typed_id` is what they typed to confirm it."""

    actor: User
    request_key: UUID
    now: datetime
    typed_id: str = ""


def locked(dispute_id: int) -> Dispute:
    """The row, held until the caller's transaction ends."""
    return Dispute.objects.select_for_update().get(pk=dispute_id)


def repeated(dispute: Dispute, wish: DisputeWish) -> EvidenceSubmission | None:
    """What this very form did before, so that a second click is the same wish."""
    return EvidenceSubmission.objects.filter(dispute=dispute, request_key=wish.request_key).first()


def require_typed_id(dispute: Dispute, wish: DisputeWish) -> None:
    """Raises InvalidInput unless the dispute's whole id was typed."""
    if wish.typed_id.strip() != dispute.stripe_dispute_id:
        raise InvalidInput("This is not the id of the dispute. Nothing was sent.", field="typed_id")


def require_may_answer(facts: DisputeFacts, now: datetime) -> None:
    """Raises what bars an answer: DisputeUnknown, DisputeNotAwaiting, NoAnswerPossible, EvidenceTooLate, …"""
    bar = options(facts, now).bar
    if bar is not None:
        raise _ERRORS[bar]()


def require_may_accept(facts: DisputeFacts, now: datetime) -> None:
    """Raises DisputeUnknown, DisputeAnswered, DisputeNotAwaiting."""
    may = options(facts, now)
    if may.can_accept:
        return
    raise _ERRORS[AnswerBar.NOT_AWAITED if may.bar is None else may.bar]()


def record(dispute: Dispute, kind: EvidenceKind, wish: DisputeWish, *, content: Content) -> EvidenceSubmission:
    """Write the wish down in the caller's transaction, who holds the dispute; what it sends is frozen with it.

    A final one above the sum of the settings waits for a second person; it ends what was only to be staged. Raises
    AnswerUnderWay where a final answer is recorded.
    """
    is_final = kind in FINAL_EVIDENCE_KINDS
    waits = is_final and is_above(dispute.amount_minor, dispute.currency, major=settings.DISPUTE_SECOND_PERSON_ABOVE)
    state = EvidenceState.WAITING if waits else EvidenceState.RECORDED
    phase = phase_of(dispute.status)
    finals = [final.value for final in FINAL_EVIDENCE_KINDS]
    rows = EvidenceSubmission.objects.filter(dispute=dispute)
    if rows.filter(kind__in=finals, phase=phase.value).exclude(state=EvidenceState.FAILED.value).exists():
        raise AnswerUnderWay()
    rows.filter(kind=EvidenceKind.STAGE.value, state=EvidenceState.RECORDED.value).update(
        state=EvidenceState.FAILED.value, failure="superseded", ended_at=clock.system_now()
    )
    try:
        with transaction.atomic():
            row = EvidenceSubmission.objects.create(
                dispute=dispute,
                kind=kind.value,
                phase=phase.value,
                state=state.value,
                texts=dict(content.texts),
                files=dict(content.files),
                requested_by=wish.actor,
                request_key=wish.request_key,
                recorded_at=None if waits else clock.system_now(),
            )
    except IntegrityError:
        raise AnswerUnderWay() from None
    audit.record(
        f"evidence_{kind.value}",
        subject=dispute.stripe_dispute_id,
        organization=dispute.organization,
        actor=wish.actor,
        before={"dispute": dispute.status},
        after={"submission": row.state},
        submission=str(row.uuid),
        waits_for_approval=waits,
    )
    return row


def end(row: EvidenceSubmission, state: EvidenceState, *, failure: str = "") -> bool:
    """Close a row that is on its way; True if it was. A final answer that failed becomes a task for a person."""
    with transaction.atomic():
        has_ended = bool(
            EvidenceSubmission.objects.filter(pk=row.pk, state=EvidenceState.RECORDED.value).update(
                state=state.value, failure=failure[:_FAILURE_LENGTH], ended_at=clock.system_now()
            )
        )
        if has_ended and state == EvidenceState.FAILED and row.kind in FINAL_EVIDENCE_KINDS:
            open_staff_task(
                "evidence_failed",
                about=str(row.uuid),
                organization_id=row.dispute.organization_id,
                summary=f"{row.get_kind_display()} of {row.dispute.stripe_dispute_id} did not happen: {failure}",
            )
    row.refresh_from_db()
    return has_ended
