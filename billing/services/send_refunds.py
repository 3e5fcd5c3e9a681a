"""Use case: send each approved refund to Stripe, once, then write its credit note and end the plan, if asked to.

The row is committed as sent before the call, and its own key makes the call one. What a crash or Stripe's silence
left open is looked up by the row's id in the metadata, and asked again with the same key below 23 h of system time.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from billing import clock, intents, refunding
from billing.errors import (
    AlreadyRefunded,
    BillingError,
    ChargeIsDisputed,
    ChargeNotRefundable,
    RefundIsDisputed,
    RefundRefused,
    StripeRefused,
)
from billing.gateway import credit_notes, refunds
from billing.mirror import work
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CancelRequest, Refund, RefundRequest, Subscription, open_staff_task
from billing.rules.cancellation import voids_what_is_owed
from billing.rules.refund import check_amount
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.refunds import charged
from billing.terms import TAKEN_REFUND_STATES, AccessChoice, ObjectKind, RefundState

logger = logging.getLogger(__name__)
_LEASE = timedelta(seconds=60)
_LEASE_WAIT_SECONDS = 2.0
_SHORTEST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
_FAILURE_LENGTH = 300
_UNREACHED = "It never reached Stripe."
_STRIPE_SAYS: dict[str, type[RefundRefused]] = {
    error.code: error for error in (AlreadyRefunded, ChargeIsDisputed, RefundIsDisputed, ChargeNotRefundable)
}


def send_refunds(now: datetime, *, seconds: float = 10.0) -> int:
    """Go on with every refund that is not finished; `now` is business time. Returns how many were worked on.

    Safe to repeat and in many workers: each takes another row. Stops after `seconds`, so that a silent Stripe does
    not hold up what the worker has to do besides.
    """
    deadline = time.monotonic() + seconds
    worked_on = 0
    while time.monotonic() < deadline and (request := _claim()) is not None:
        worked_on += 1
        try:
            _work_on(request, now=now)
        except BillingError as error:
            logger.warning("Refund %s is put off: %s", request.uuid, error.code)
            _try_later(request)
        except Exception:
            # A fault of ours; the longest waiting comes first, so that this one would hold up all the others.
            logger.exception("Refund %s failed", request.uuid)
            _try_later(request)
    return worked_on


def _claim() -> RefundRequest | None:
    """The row that has waited longest, leased to this worker for a while of system time."""
    now = clock.system_now()
    with transaction.atomic():
        rows = RefundRequest.objects.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )
        is_free = Q(lease_until=None) | Q(lease_until__lte=now)
        request = rows.filter(is_free, is_unfinished=True, run_at__lte=now).order_by("run_at", "pk").first()
        if request is None:
            return None
        request.lease_until = now + _LEASE
        request.save(update_fields=["lease_until"])
    return request


def _try_later(request: RefundRequest) -> None:
    """Stripe is silent, or somebody holds an object of it: the wait doubles from ten seconds to an hour."""
    now = clock.system_now()
    wait = min(max(now - (request.queued_at or now), _SHORTEST_WAIT), _LONGEST_WAIT)
    with transaction.atomic():
        request = refunding.locked(request.pk)
        request.lease_until, request.run_at = None, now + wait
        if request.state == RefundState.SENDING:
            refunding.move(request, RefundState.UNKNOWN)
        else:
            request.save(update_fields=["lease_until", "run_at"])


def _work_on(request: RefundRequest, *, now: datetime) -> None:
    if request.state == RefundState.APPROVED:
        refunding.look_at_charge(request.charge)
        if _mark_sent(request):
            _send(request, now=now)
    elif request.state in (RefundState.SENDING, RefundState.UNKNOWN):
        _find_or_repeat(request, now=now)
    request.refresh_from_db()
    if request.state in TAKEN_REFUND_STATES and request.wants_credit_note:
        _write_note(request, now=now)
    if request.state in TAKEN_REFUND_STATES and request.wants_end:
        _record_end(request, now=now)
    _finish(request)


def _mark_sent(request: RefundRequest) -> bool:
    """Commit that Stripe is about to hear of it; False where the last look found a reason not to."""
    with transaction.atomic():
        request = refunding.locked(request.pk)
        if request.state != RefundState.APPROVED:
            return False
        try:
            check_amount(request.amount_minor, charged(request.charge, besides=request))
        except RefundRefused as error:
            refunding.fail(request, code=error.code, words=error.message)
            return False
        request.sent_at = clock.system_now()
        request.lease_until = request.sent_at + _LEASE
        refunding.move(request, RefundState.SENDING)
    return True


def _send(request: RefundRequest, *, now: datetime) -> None:
    """One call with the row's own key; the same row makes the same call. Raises StripeUnreachable."""
    try:
        made = refunds.create(
            request.charge.stripe_charge_id,
            amount_minor=request.amount_minor,
            reason=request.reason,
            request_uuid=str(request.uuid),
            key=f"{request.uuid}:refund",
        )
    except StripeRefused as error:
        # Should an earlier call have been heard after all, its refund counts, whatever is said of this one.
        if not _found(request, now=now):
            _take_refusal(request, error)
    else:
        _take(request, str(made["id"]), now=now)


def _take_refusal(request: RefundRequest, error: StripeRefused) -> None:
    code = str(error.details.get("code") or error.code)
    words = _STRIPE_SAYS[code].message if code in _STRIPE_SAYS else error.message
    with transaction.atomic():
        request = refunding.locked(request.pk)
        if request.state in (RefundState.SENDING, RefundState.UNKNOWN):
            refunding.fail(request, code=code, words=words)


def _find_or_repeat(request: RefundRequest, *, now: datetime) -> None:
    """What became of a call whose answer we do not have. Nothing is asked twice before it was looked up."""
    if _found(request, now=now):
        return
    if request.sent_at is not None and intents.is_key_safe(request.sent_at):
        _send(request, now=now)
        return
    with transaction.atomic():
        request = refunding.locked(request.pk)
        if request.state in (RefundState.SENDING, RefundState.UNKNOWN):
            refunding.fail(request, code="never_sent", words=_UNREACHED)


def _found(request: RefundRequest, *, now: datetime) -> bool:
    refund_id = refunds.find(request.charge.stripe_charge_id, request_uuid=str(request.uuid))
    if refund_id:
        _take(request, refund_id, now=now)
    return bool(refund_id)


def _take(request: RefundRequest, refund_id: str, *, now: datetime) -> None:
    """Read the refund back, and let the row follow it."""
    refresh(ObjectRef(ObjectKind.REFUND, refund_id), wait_seconds=_LEASE_WAIT_SECONDS)
    with transaction.atomic():
        request = refunding.locked(request.pk)
        refunding.settle(request, Refund.objects.get(stripe_refund_id=refund_id), now=now)


def _write_note(request: RefundRequest, *, now: datetime) -> None:
    """The second half (rule RF7). Raises StripeUnreachable; the sweep comes again, and looks first."""
    if request.invoice is None or request.stripe_refund_id is None:
        return
    note_id = ""
    if request.credit_note_sent_at is not None:
        note_id = credit_notes.find(request.invoice.stripe_invoice_id, request_uuid=str(request.uuid))
    else:
        RefundRequest.objects.filter(pk=request.pk).update(credit_note_sent_at=clock.system_now())
    failure = ""
    if not note_id:
        try:
            note_id = _make_note(request)
        except StripeRefused as error:
            _take(request, request.stripe_refund_id, now=now)  # It may have failed meanwhile: then it has no note.
            failure = error.message
    _take_note(request, note_id, failure=failure)


def _make_note(request: RefundRequest) -> str:
    """By the lines, where their sums come out as the refund's; else as a plain amount, which always does."""
    lines = [(part.stripe_line_id, part.note_minor) for part in request.parts.order_by("pk")]
    named = [(line_id, taken) for line_id, taken in lines if taken is not None]
    if lines and len(named) == len(lines):
        try:
            return _link(request, named, step="credit_note_lines")
        except StripeRefused as error:
            logger.info("Refund %s: the note names no lines: %s", request.uuid, error.details.get("code"))
    return _link(request, [], step="credit_note")


def _link(request: RefundRequest, lines: list[tuple[str, int]], *, step: str) -> str:
    if request.invoice is None or request.stripe_refund_id is None:
        raise ValueError(f"{request} has nothing to write a note about")
    note = credit_notes.link_refund(
        request.invoice.stripe_invoice_id,
        request.stripe_refund_id,
        amount_minor=request.amount_minor,
        lines=lines,
        reason=request.credit_reason,
        request_uuid=str(request.uuid),
        key=f"{request.uuid}:{step}",
    )
    return str(note["id"])


def _take_note(request: RefundRequest, note_id: str, *, failure: str) -> None:
    with transaction.atomic():
        request = refunding.locked(request.pk)
        if not request.wants_credit_note or (failure and request.state not in TAKEN_REFUND_STATES):
            return
        request.wants_credit_note = False
        request.stripe_credit_note_id, request.credit_note_failure = note_id, failure[:_FAILURE_LENGTH]
        request.save(update_fields=["wants_credit_note", "stripe_credit_note_id", "credit_note_failure"])
        if failure:
            open_staff_task(
                "credit_note_missing",
                about=str(request.uuid),
                organization_id=request.organization_id,
                summary=f"{request}: the money went back, but Stripe wrote no credit note: {failure}",
            )
        if note_id:
            work.want([ObjectRef(ObjectKind.CREDIT_NOTE, note_id)])


def _record_end(request: RefundRequest, *, now: datetime) -> None:
    """Record the end of the plan as the customer's own wish would be; its sweep tells Stripe. Once per refund."""
    with transaction.atomic():
        request = refunding.locked(request.pk)
        if not request.wants_end or request.state not in TAKEN_REFUND_STATES:
            return
        request.wants_end = False
        request.save(update_fields=["wants_end"])
        subscription = Subscription.objects.filter(
            stripe_subscription_id=request.invoice.stripe_subscription_id if request.invoice else "",
            ended_at=None,
        ).first()
        is_at_once = request.access == AccessChoice.END_NOW
        if subscription is None or (subscription.cancel_at is not None and not is_at_once):
            return
        _wish_end(request, subscription, is_at_once=is_at_once, now=now)


def _wish_end(request: RefundRequest, subscription: Subscription, *, is_at_once: bool, now: datetime) -> None:
    if subscription.organization is None:
        return
    action = CancelRequest.Action.CANCEL_NOW if is_at_once else CancelRequest.Action.CANCEL
    state = lifecycle_of(subscription.organization, now).state
    row = CancelRequest(
        organization=subscription.organization,
        requested_by=request.requested_by,
        request_key=request.uuid,
        action=action,
        stripe_subscription_id=subscription.stripe_subscription_id,
        voids_open_invoices=is_at_once and voids_what_is_owed(state),
    )
    older = CancelRequest.objects.filter(stripe_subscription_id=subscription.stripe_subscription_id)
    intents.record(row, event=f"subscription_{action}", supersedes=older, refund=str(request.uuid))


def _finish(request: RefundRequest) -> None:
    """Give the row back; nothing more is to be done about it where Stripe has it and all that follows is done."""
    with transaction.atomic():
        request = refunding.locked(request.pk)
        request.lease_until = None
        is_open = request.state in (RefundState.APPROVED, RefundState.SENDING, RefundState.UNKNOWN)
        follows = request.state in TAKEN_REFUND_STATES and (request.wants_credit_note or request.wants_end)
        request.is_unfinished = is_open or follows
        request.save(update_fields=["lease_until", "is_unfinished"])
