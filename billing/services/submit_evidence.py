"""Use case: hand the draft in to the bank, one time only, for good."""

from django.db import transaction

from billing import disputework
from billing.disputework import DisputeWish
from billing.models import EvidenceSubmission
from billing.terms import EvidenceKind


def submit_evidence(dispute_id: int, *, wish: DisputeWish) -> EvidenceSubmission:
    """Freeze the draft and hand it in; above the sum of the settings it waits for a second person instead.

    The dispute's whole id has to be typed. Stripe is looked at last, and no answer goes out after the deadline. Safe
    to repeat with the same request key. Raises InvalidInput, EvidenceEmpty, EvidenceRefused, AnswerUnderWay, what
    bars an answer, StripeUnreachable (outcome unknown: a sweep asks Stripe and goes on), StripeRefused.
    """
    with transaction.atomic():
        dispute = disputework.locked(dispute_id)
        row = disputework.repeated(dispute, wish)
        if row is None:
            disputework.require_typed_id(dispute, wish)
            disputework.require_may_answer(disputework.facts_of(dispute), wish.now)
            content = disputework.content_of(dispute)
            disputework.require_fits(dispute, content)
            row = disputework.record(dispute, EvidenceKind.SUBMIT, wish, content=content)
    return disputework.carry_out(row, now=wish.now)
