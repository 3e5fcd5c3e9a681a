"""Use case: a second person approves or rejects a refund, and somebody closes one that failed."""

from django.db import transaction

from billing import clock, refunding
from billing.errors import AboveOwnLimit, InvalidInput, NotFound, RefundDecided, RefundNotFailed, SecondPersonNeeded
from billing.models import RefundRequest
from billing.refunding import Wish
from billing.rules.refund import LONGEST_NOTE, check_amount
from billing.selectors.refunds import charged
from billing.terms import RefundReason, RefundState


def approve_refund(request_id: int, *, note: str = "", wish: Wish) -> RefundRequest:
    """Let it go to Stripe, within seconds, by the sweep. Only somebody else may, whose own limit is enough.

    Safe to repeat by the same person. Raises NotFound, NotPermitted, SecondPersonNeeded, AboveOwnLimit,
    RefundDecided, StripeUnreachable, and why nothing or not so much can go back any more.
    """
    refunding.demand(wish.actor, "approve_refundrequest")
    row = _row(request_id)
    if row.reason == RefundReason.FRAUDULENT:
        refunding.demand(wish.actor, "block_buyer_refundrequest")
    if row.state != RefundState.REQUESTED:
        return _repeated(row, wish)
    refunding.look_at_charge(row.charge)
    with transaction.atomic():
        refunding.lock_person(wish.actor)
        row = refunding.locked(request_id)
        if row.requested_by_id == wish.actor.pk:
            raise SecondPersonNeeded()
        if row.state != RefundState.REQUESTED:
            return _repeated(row, wish)
        check_amount(row.amount_minor, charged(row.charge, besides=row))
        if row.amount_minor > refunding.room_of(wish.actor, row.charge, now=wish.now):
            raise AboveOwnLimit()
        row.approved_by, row.decided_at, row.decision_note = wish.actor, wish.now, _note(note)
        row.is_unfinished, row.queued_at, row.run_at = True, clock.system_now(), clock.system_now()
        refunding.move(row, RefundState.APPROVED, actor=wish.actor, reason=row.decision_note)
    return row


def reject_refund(request_id: int, *, note: str, wish: Wish) -> RefundRequest:
    """End a request that nobody has approved; who asked may take it back so. No limit is asked for.

    Raises NotFound, NotPermitted, InvalidInput without a reason, RefundDecided.
    """
    if not note.strip():
        raise InvalidInput("Please say why.", field="note")
    with transaction.atomic():
        _row(request_id)
        row = refunding.locked(request_id)
        if row.requested_by_id != wish.actor.pk:
            refunding.demand(wish.actor, "approve_refundrequest")
        if row.state != RefundState.REQUESTED:
            raise RefundDecided()
        row.decided_at, row.decision_note = wish.now, _note(note)
        refunding.move(row, RefundState.REJECTED, actor=wish.actor, reason=row.decision_note)
    return row


def close_refund(request_id: int, *, note: str, wish: Wish) -> RefundRequest:
    """See to one that failed without asking again: the customer was paid otherwise, or is not to be.

    Raises NotFound, NotPermitted, InvalidInput without a reason, RefundNotFailed.
    """
    refunding.demand(wish.actor, "close_refundrequest")
    if not note.strip():
        raise InvalidInput("Please say why.", field="note")
    with transaction.atomic():
        _row(request_id)
        row = refunding.locked(request_id)
        if row.state not in (RefundState.FAILED, RefundState.CANCELED):
            raise RefundNotFailed()
        row.decision_note = _note(note)
        refunding.move(row, RefundState.CLOSED, actor=wish.actor, reason=row.decision_note)
        refunding.release(row)
    return row


def _row(request_id: int) -> RefundRequest:
    row = RefundRequest.objects.select_related("charge").filter(pk=request_id).first()
    if row is None:
        raise NotFound()
    return row


def _repeated(row: RefundRequest, wish: Wish) -> RefundRequest:
    if row.approved_by_id != wish.actor.pk:
        raise RefundDecided()
    return row


def _note(note: str) -> str:
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"Please use at most {LONGEST_NOTE} characters.", field="note")
    return note.strip()
