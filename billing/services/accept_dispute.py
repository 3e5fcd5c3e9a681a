"""Use case: accept the loss of a dispute: nothing is answered, and the money stays with the card's holder."""

from django.db import transaction

from billing import disputework
from billing.disputework import Content, DisputeWish
from billing.models import EvidenceSubmission
from billing.terms import EvidenceKind


def accept_dispute(dispute_id: int, *, wish: DisputeWish) -> EvidenceSubmission:
    """Close the dispute at Stripe, for good; above the sum of the settings a second person has to agree.

    The dispute's whole id has to be typed. Safe to repeat with the same request key. Raises InvalidInput,
    AnswerUnderWay, DisputeAnswered, DisputeNotAwaiting, DisputeUnknown, StripeUnreachable (kept and carried out
    later), StripeRefused.
    """
    with transaction.atomic():
        dispute = disputework.locked(dispute_id)
        row = disputework.repeated(dispute, wish)
        if row is None:
            disputework.require_typed_id(dispute, wish)
            disputework.require_may_accept(disputework.facts_of(dispute), wish.now)
            row = disputework.record(dispute, EvidenceKind.ACCEPT, wish, content=Content())
    return disputework.carry_out(row, now=wish.now)
