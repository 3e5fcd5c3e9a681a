"""Carries a recorded answer out: looks last, sends it with its own key, looks again, ends the row.

Whether an answer of unknown outcome arrived, Stripe says: the submission's UUID stands in the dispute's metadata from
the very call that handed it in. So nothing is ever handed in a second time.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from billing import clock
from billing.disputework.content import facts_of
from billing.disputework.requests import end, require_may_accept, require_may_answer
from billing.errors import (
    DisputeAnswered,
    DisputeNotAwaiting,
    DisputeUnknown,
    EvidenceRefused,
    EvidenceTooLate,
    LeaseTaken,
    NoAnswerPossible,
    StripeObjectMissing,
    StripeRefused,
    StripeUnreachable,
)
from billing.gateway import disputes, files
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.mirror.rows.dispute import fill
from billing.models import Dispute, EvidenceFile, EvidenceSubmission
from billing.rules.dispute.deadline import DisputeFacts, phase_of
from billing.terms import DisputeStatus, EvidenceKind, EvidenceState, ObjectKind

# Stripe keeps idempotency keys for 24 h at least; a repeat later could do the thing a second time.
_KEY_IS_SAFE_FOR = timedelta(hours=23)
_LEASE_WAIT_SECONDS = 2.0
_NEVER_ARRIVED = "it never reached Stripe"
_DEFINITE = (
    DisputeAnswered,
    DisputeNotAwaiting,
    DisputeUnknown,
    EvidenceRefused,
    EvidenceTooLate,
    NoAnswerPossible,
    StripeObjectMissing,
    StripeRefused,
)
_FAILED_EARLIER = "This could not be done. Please look at the dispute and, if need be, send it again."


@dataclass(frozen=True, slots=True)
class _Look:
    """The dispute at Stripe at this moment, the UUID of the submission that was handed in for us, what lies there."""

    facts: DisputeFacts
    submitted: str
    evidence: Mapping[str, Any]


def carry_out(row: EvidenceSubmission, *, now: datetime) -> EvidenceSubmission:
    """Do at Stripe what the row says; `now` is business time. Safe to repeat: it is done once, or not at all.

    A row that waits for its approval is left alone. Raises StripeUnreachable (it is kept, and a sweep goes on with
    it), StripeRefused, and what bars an answer: then the row has failed.
    """
    if row.state in (EvidenceState.WAITING, EvidenceState.SUCCEEDED):
        return row
    if row.state == EvidenceState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    look = _look(row)
    if _is_done(row, look):
        return _close(row, EvidenceState.SUCCEEDED)
    try:
        _require_possible(row, look, now=now)
        _send(row)
    except _DEFINITE as error:
        # Refused may mean that another one of us was quicker with the same row.
        if _is_done(row, _look(row)):
            return _close(row, EvidenceState.SUCCEEDED)
        _close(row, EvidenceState.FAILED, failure=error.message)
        raise
    return _close(row, EvidenceState.SUCCEEDED)


def _look(row: EvidenceSubmission) -> _Look:
    found = disputes.retrieve(row.dispute.stripe_dispute_id)
    fresh = Dispute(stripe_dispute_id=row.dispute.stripe_dispute_id)
    fill(fresh, found)
    submitted = str((found["metadata"] or {}).get(disputes.SUBMISSION, ""))
    return _Look(facts_of(fresh), submitted, found["evidence"].to_dict())


def _is_done(row: EvidenceSubmission, look: _Look) -> bool:
    if row.kind == EvidenceKind.SUBMIT:
        return look.submitted == str(row.uuid)
    if row.kind == EvidenceKind.STAGE:
        return _is_staged(row, look)
    # What is lost cannot be accepted once more, whoever did it.
    return row.kind == EvidenceKind.ACCEPT and look.facts.status == DisputeStatus.LOST


def _is_staged(row: EvidenceSubmission, look: _Look) -> bool:
    """Whether all of it lies there; Stripe repeats even a fault of its own under the same key."""
    uploaded = EvidenceFile.objects.filter(
        dispute=row.dispute, uuid__in=[uuid for uuid in row.files.values() if uuid]
    )
    ids = {str(uuid): stripe_id for uuid, stripe_id in uploaded.values_list("uuid", "stripe_file_id")}
    wanted = {**row.texts, **{name: ids.get(uuid, "") for name, uuid in row.files.items()}}
    is_up = all(ids.get(uuid) for uuid in row.files.values() if uuid)
    return is_up and all((look.evidence.get(name) or "") == value for name, value in wanted.items())


def _require_possible(row: EvidenceSubmission, look: _Look, *, now: datetime) -> None:
    if row.kind == EvidenceKind.ACCEPT:
        require_may_accept(look.facts, now)
    else:
        require_may_answer(look.facts, now)
    if phase_of(look.facts.status) != row.phase:
        raise DisputeNotAwaiting("The inquiry has become a chargeback meanwhile. Nothing was sent. Look at it again.")
    if row.recorded_at is None or clock.system_now() - row.recorded_at > _KEY_IS_SAFE_FOR:
        raise StripeRefused(_NEVER_ARRIVED)


def _send(row: EvidenceSubmission) -> None:
    stripe_id, key = row.dispute.stripe_dispute_id, f"{row.uuid}:{row.kind}"
    if row.kind == EvidenceKind.ACCEPT:
        disputes.close(stripe_id, key=key)
        return
    evidence = {**row.texts, **{name: _uploaded(row, uuid) for name, uuid in row.files.items()}}
    if row.kind == EvidenceKind.STAGE:
        disputes.stage(stripe_id, evidence, key=key)
    else:
        disputes.submit(stripe_id, evidence, submission_uuid=str(row.uuid), key=key)


def _uploaded(row: EvidenceSubmission, file_uuid: str) -> str:
    """The id of a file at Stripe, uploaded now if it is not there yet; empty for a field that is to be emptied."""
    if not file_uuid:
        return ""
    file = EvidenceFile.objects.filter(dispute=row.dispute, uuid=file_uuid).first()
    if file is None:
        raise EvidenceRefused(["A file of it is not kept here any more."])
    if not file.stripe_file_id:
        file.stripe_file_id = files.upload_evidence(file.name, bytes(file.content), key=f"{file.uuid}:file")
        file.save(update_fields=["stripe_file_id"])
    return file.stripe_file_id


def _close(row: EvidenceSubmission, state: EvidenceState, *, failure: str = "") -> EvidenceSubmission:
    """End the row, then read the dispute back; where that fails now, it is looked at again by itself."""
    end(row, state, failure=failure)
    with suppress(StripeUnreachable, LeaseTaken):
        refresh(ObjectRef(ObjectKind.DISPUTE, row.dispute.stripe_dispute_id), wait_seconds=_LEASE_WAIT_SECONDS)
    return row
