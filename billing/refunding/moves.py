"""Moves a request from state to state, with its audit entry, the mail to the customer and the task for staff."""

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from billing import audit, clock, notices
from billing.models import ChargeAttempt, Refund, RefundRequest, StaffTask, open_staff_task
from billing.money import Money
from billing.rules.refund import NEXT
from billing.terms import RefundState

FAILED_TASK = "refund_failed"
_FAILURE_LENGTH = 300
_GONE = (RefundState.FAILED, RefundState.CANCELED)
_EVENTS = {
    RefundState.APPROVED: "refund_approved",
    RefundState.REJECTED: "refund_rejected",
    RefundState.SENDING: "refund_sent",
    RefundState.UNKNOWN: "refund_unanswered",
    RefundState.PENDING: "refund_pending",
    RefundState.REQUIRES_ACTION: "refund_waits_for_customer",
    RefundState.SUCCEEDED: "refund_succeeded",
    RefundState.FAILED: "refund_failed",
    RefundState.CANCELED: "refund_canceled",
    RefundState.CLOSED: "refund_closed",
}


def locked(request_id: int) -> RefundRequest:
    """The request, its charge locked first, so that all that concerns one charge stands in line."""
    charge_id = RefundRequest.objects.values_list("charge_id", flat=True).get(pk=request_id)
    ChargeAttempt.objects.select_for_update().get(pk=charge_id)
    rows = RefundRequest.objects.select_for_update(of=("self",))
    return rows.select_related("charge", "organization", "invoice").get(pk=request_id)


def move(
    request: RefundRequest, state: RefundState, *, actor: User | None = None, reason: str = "", **details: Any
) -> None:
    """Set the state and save the row as it is. A move that the table does not know is a fault of ours."""
    if state not in NEXT[RefundState(request.state)]:
        raise ValueError(f"{request} cannot go from {request.state} to {state}")
    before, request.state = request.state, state.value
    request.save()
    audit.record(
        _EVENTS[state],
        subject=str(request.uuid),
        organization=request.organization,
        actor=actor,
        before={"state": before},
        after={"state": state.value},
        reason=reason,
        charge=request.charge.stripe_charge_id,
        **details,
    )


def fail(request: RefundRequest, *, code: str, words: str) -> None:
    """It was not made, and will not be: a person is told."""
    request.failure_reason, request.failure = code[:60], words[:_FAILURE_LENGTH]
    request.is_unfinished, request.lease_until = False, None
    move(request, RefundState.FAILED, code=code)
    _tell_staff(request, f"The refund of {_sum(request)} was not made: {words}")


def settle(request: RefundRequest, refund: Refund, *, now: datetime) -> bool:
    """Take in what Stripe says of its refund; True if that is news. `now` is business time. Safe to repeat.

    A request that somebody has closed stays so.
    """
    known = refund.status in set(RefundState)
    state = RefundState(refund.status) if known else RefundState.PENDING
    current = RefundState(request.state)
    if current == state or state not in _reachable(current):
        return False
    request.stripe_refund_id, request.failure_reason = refund.stripe_refund_id, refund.failure_reason
    if current in (RefundState.APPROVED, RefundState.UNKNOWN, RefundState.SENDING):
        request.run_at = clock.system_now()
    if state in _GONE:
        request.is_unfinished, request.lease_until = False, None
    if current == RefundState.APPROVED:
        request.state = RefundState.SENDING.value
    move(request, state, refund=refund.stripe_refund_id)
    if state == RefundState.SUCCEEDED:
        _tell_customer(request, now=now)
    elif state in _GONE:
        _take_back(request, was_sent=current == RefundState.SUCCEEDED)
    return True


def _reachable(current: RefundState) -> frozenset[RefundState]:
    """Stripe may be a step ahead of us: it has taken what we have only just approved."""
    if current == RefundState.APPROVED:
        return NEXT[RefundState.SENDING] - {RefundState.UNKNOWN}
    return NEXT[current]


def _take_back(request: RefundRequest, *, was_sent: bool) -> None:
    """The money is with us again and the customer has nothing (rule RF3): it needs a person, and no mail may lie."""
    notices.withdraw([_mail_key(request)])
    said = "came back after it had succeeded" if was_sent else "failed"
    why = request.failure_reason.replace("_", " ") or request.state
    _tell_staff(request, f"The refund of {_sum(request)} {said} ({why}). The customer has no money.")


def _tell_customer(request: RefundRequest, *, now: datetime) -> None:
    """Once per refund; not where Stripe sends such mail, by setting SENDS_RECEIPTS."""
    if not settings.SENDS_RECEIPTS or request.organization is None:
        return
    notices.enqueue(
        "refund_sent",
        key=_mail_key(request),
        organization=request.organization,
        cause_at=now,
        amount=Money(request.amount_minor, request.currency),
        charge=request.charge,
        invoice=request.invoice,
    )


def _mail_key(request: RefundRequest) -> str:
    return f"refund_sent:{request.stripe_refund_id}"


def _tell_staff(request: RefundRequest, summary: str) -> None:
    open_staff_task(
        FAILED_TASK,
        about=request.stripe_refund_id or str(request.uuid),
        organization_id=request.organization_id,
        summary=f"{request}: {summary}",
    )


def release(request: RefundRequest) -> None:
    """A person has seen to a failure: its task is done."""
    keys = [f"{FAILED_TASK}:{about}" for about in (request.uuid, request.stripe_refund_id)]
    StaffTask.objects.filter(key__in=keys, resolved_at=None).update(resolved_at=clock.system_now())


def _sum(request: RefundRequest) -> str:
    major = Money(request.amount_minor, request.currency).to_major()
    return f"{major} {request.currency.upper()}"
