"""Use case: lay the draft at Stripe without handing it in, so that it is seen in Stripe's Dashboard, too."""

from django.db import transaction

from billing import disputework
from billing.disputework import DisputeWish
from billing.models import EvidenceSubmission
from billing.terms import EvidenceKind


def stage_evidence(dispute_id: int, *, wish: DisputeWish) -> EvidenceSubmission:
    """Send the draft with `submit=False`, as often as wanted; the newest counts.

    Safe to repeat with the same request key. Raises EvidenceEmpty, EvidenceRefused, AnswerUnderWay, what bars an
    answer, StripeUnreachable (it is kept and carried out later), StripeRefused.
    """
    with transaction.atomic():
        dispute = disputework.locked(dispute_id)
        row = disputework.repeated(dispute, wish)
        if row is None:
            disputework.require_may_answer(disputework.facts_of(dispute), wish.now)
            content = disputework.content_of(dispute)
            disputework.require_fits(dispute, content)
            row = disputework.record(dispute, EvidenceKind.STAGE, wish, content=content)
    return disputework.carry_out(row, now=wish.now)
