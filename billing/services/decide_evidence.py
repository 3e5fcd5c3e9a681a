"""Use case: a second person agrees to a final answer above the sum of the settings, or does not."""

from django.db import transaction

from billing import audit, clock, disputework
from billing.disputework import DisputeWish
from billing.errors import NothingToApprove, SecondPersonIsTheFirst
from billing.models import EvidenceSubmission
from billing.terms import EvidenceState


def approve_evidence(submission_id: int, *, wish: DisputeWish) -> EvidenceSubmission:
    """Let it go to Stripe, just as it was frozen. Never by who asked for it.

    Safe to repeat by the same person. Raises SecondPersonIsTheFirst, NothingToApprove, what bars an answer,
    StripeUnreachable (kept and carried out later), StripeRefused.
    """
    with transaction.atomic():
        row = _locked(submission_id)
        if row.requested_by_id == wish.actor.pk:
            raise SecondPersonIsTheFirst()
        if row.state == EvidenceState.WAITING:
            row.state, row.approved_by, row.recorded_at = EvidenceState.RECORDED.value, wish.actor, clock.system_now()
            row.save(update_fields=["state", "approved_by", "recorded_at"])
            _note("evidence_approved", row, wish)
        elif row.approved_by_id != wish.actor.pk:
            raise NothingToApprove()
    return disputework.carry_out(row, now=wish.now)


def reject_evidence(submission_id: int, *, wish: DisputeWish) -> EvidenceSubmission:
    """Do not let it go to Stripe; the draft stays. Who asked for it may take it back so. Raises NothingToApprove."""
    with transaction.atomic():
        row = _locked(submission_id)
        if row.state != EvidenceState.WAITING:
            raise NothingToApprove()
        row.state, row.failure, row.ended_at = EvidenceState.FAILED.value, "not approved", clock.system_now()
        row.save(update_fields=["state", "failure", "ended_at"])
        _note("evidence_rejected", row, wish)
    return row


def _locked(submission_id: int) -> EvidenceSubmission:
    rows = EvidenceSubmission.objects.select_for_update(of=("self",)).select_related("dispute__organization")
    return rows.get(pk=submission_id)


def _note(action: str, row: EvidenceSubmission, wish: DisputeWish) -> None:
    audit.record(
        action,
        subject=row.dispute.stripe_dispute_id,
        organization=row.dispute.organization,
        actor=wish.actor,
        before={"state": EvidenceState.WAITING.value},
        after={"state": row.state},
        submission=str(row.uuid),
    )
