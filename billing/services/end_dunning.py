"""Use case: what an unpaid invoice comes to: a last notice in time, then the final action of its policy."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from billing import casework, clock, notices
from billing.errors import BillingError, StripeObjectMissing
from billing.gateway import subscriptions
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import DunningAttempt, DunningCase, DunningPolicy, Invoice, Subscription
from billing.rules.dunning.facts import AskCustomer
from billing.rules.dunning.policy import load_policy
from billing.selectors.case_words import case_words
from billing.selectors.dunning import policy_of
from billing.terms import (
    IN_FLIGHT_ATTEMPT_STATES,
    CaseState,
    CaseStep,
    Collector,
    FinalAction,
    InvoiceStatus,
    ObjectKind,
)

logger = logging.getLogger(__name__)
_BATCH = 100
_LEASE_WAIT_SECONDS = 2.0
_FINAL_NOTE = "Ended after its payment had failed for the whole of the agreed time"
_WAITS = (CaseState.WAITING.value, CaseState.AWAITING_CUSTOMER.value)
_REST = timedelta(minutes=2)
_IN_FLIGHT = [state.value for state in IN_FLIGHT_ATTEMPT_STATES]


def send_last_notices(now: datetime) -> int:
    """Tell who has not paid what ends when, as long before as the policy says; `now` is business time.

    One for each deadline. Where it comes too late, for want of a running worker, the deadline moves: nothing is ended
    without notice. Returns how many were made.
    """
    rows = DunningCase.objects.filter(state__in=_WAITS, last_notice_at=None)
    made = 0
    # By policy, as each says how long before: cases whose notice is not due must not fill the batch.
    for policy in DunningPolicy.objects.all():
        before = load_policy(policy.key, policy.version, policy.body).last_notice_before
        due = rows.filter(policy=policy, deadline_at__lte=now + before).order_by("deadline_at")
        for pk in list(due.values_list("pk", flat=True)[:_BATCH]):
            with transaction.atomic():
                made += _notify(casework.locked(pk), now=now)
    return made


def _notify(case: DunningCase, *, now: datetime) -> bool:
    before = policy_of(case).last_notice_before
    if case.state not in _WAITS or case.last_notice_at is not None or now < case.deadline_at - before:
        return False
    invoice = Invoice.objects.get(stripe_invoice_id=case.stripe_invoice_id)
    if invoice.status != InvoiceStatus.OPEN:
        return False  # The reaction to that is on its way and ends the case.
    if now > case.deadline_at - before + _REST:
        case.deadline_at = max(case.deadline_at, now + before)
    case.last_notice_at = now
    casework.note(case, "last_notice", at=now, deadline_at=case.deadline_at.isoformat())
    case.save()
    notices.enqueue(
        "payment_last_notice",
        key=casework.notice_key(case, CaseStep.LAST_NOTICE, number=casework.last_notices(case)),
        organization=case.organization,
        cause_at=now,
        ends_at=case.deadline_at,
        is_cancelled_then=_final_action(case) == FinalAction.CANCEL,
        **case_words(case, invoice, now=now),
    )
    return True


def close_at_deadline(now: datetime) -> int:
    """Cases whose time is over go to their final action; never while a try is in flight (D11). Business time.

    Not what Stripe collects and will try again: there its end counts, not ours.
    """
    rows = DunningCase.objects.filter(state__in=_WAITS, deadline_at__lte=now).exclude(last_notice_at=None)
    retried = Invoice.objects.filter(
        stripe_invoice_id=OuterRef("stripe_invoice_id"),
        status=InvoiceStatus.OPEN.value,
        next_payment_attempt_at__isnull=False,
    )
    rows = rows.exclude(Exists(retried), collector=Collector.OBSERVE.value)
    closed = 0
    for pk in list(rows.order_by("deadline_at").values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            case = casework.locked(pk)
            if case.state in _WAITS and case.deadline_at <= now:
                casework.close(case, why="deadline", at=now)
                closed += 1
    return closed


def take_final_actions(now: datetime) -> int:
    """Carry out what cases in `closing` come to; `now` is business time. Returns how many ended.

    Safe to repeat: the case's own key makes the cancellation one, and a subscription that is over is looked at only.
    """
    due = Q(state=CaseState.CLOSING.value, run_at__lte=clock.system_now())
    ended = 0
    for case in list(DunningCase.objects.filter(due).order_by("run_at")[:_BATCH]):
        if DunningAttempt.objects.filter(case=case, state__in=_IN_FLIGHT).exists():
            continue
        try:
            ended += _finish(case, now=now)
        except BillingError as error:
            logger.warning("The final action of %s is put off: %s", case.uuid, error.code)
            _rest(case)
        except Exception:
            # A fault of ours, which must not hold up the cases behind it.
            logger.exception("The final action of %s failed", case.uuid)
            _rest(case)
    return ended


def _rest(case: DunningCase) -> None:
    DunningCase.objects.filter(pk=case.pk).update(run_at=clock.system_now() + _REST)


def _finish(case: DunningCase, *, now: datetime) -> bool:
    """Look last at the invoice, as a payment a moment ago outdoes everything; then act, then read back."""
    if _final_action(case) == FinalAction.CANCEL:
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, case.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
    refresh(ObjectRef(ObjectKind.INVOICE, case.stripe_invoice_id), wait_seconds=_LEASE_WAIT_SECONDS)
    invoice = Invoice.objects.get(stripe_invoice_id=case.stripe_invoice_id)
    end = partial(_end, case, now=now)
    if invoice.status == InvoiceStatus.PAID:
        return end(CaseState.RECOVERED, "paid")
    if invoice.status != InvoiceStatus.OPEN:
        return end(CaseState.STOPPED, f"invoice_{invoice.status}")
    if case.collector == Collector.OBSERVE and invoice.next_payment_attempt_at is not None:
        return _go_on_watching(case, now=now)
    if not DunningCase.objects.filter(pk=case.pk, state=CaseState.CLOSING.value).exists():
        return False
    if _final_action(case) == FinalAction.CANCEL:
        _cancel(case)
    return end(CaseState.LOST, case.end_reason or "deadline")


def _go_on_watching(case: DunningCase, *, now: datetime) -> bool:
    """Stripe tries it again after all; never an end."""
    with transaction.atomic():
        case = casework.locked(case.pk)
        if case.state == CaseState.CLOSING:
            casework.move(case, AskCustomer(casework.OBSERVED), at=now)
    return False


def _final_action(case: DunningCase) -> FinalAction:
    """While Stripe collects, what comes at the end is its own setting, not ours."""
    if case.collector == Collector.OBSERVE:
        return FinalAction.LEAVE
    return FinalAction(policy_of(case).final_action)


def _cancel(case: DunningCase) -> None:
    subscription_id = case.stripe_subscription_id
    ref = ObjectRef(ObjectKind.SUBSCRIPTION, subscription_id)
    if Subscription.objects.filter(stripe_subscription_id=subscription_id, ended_at=None).exists():
        with suppress(StripeObjectMissing):  # It ended between the look and the call.
            subscriptions.cancel_unbilled(subscription_id, comment=_FINAL_NOTE, key=f"{case.uuid}:final")
        refresh(ref, wait_seconds=_LEASE_WAIT_SECONDS)


def _end(case: DunningCase, state: CaseState, reason: str, *, now: datetime) -> bool:
    with transaction.atomic():
        case = casework.locked(case.pk)
        has_ended = casework.end(case, state, reason=reason, at=now)
        if has_ended and state == CaseState.LOST and _final_action(case) == FinalAction.LEAVE:
            _tell_that_it_stays_off(case, now=now)
    return has_ended


def _tell_that_it_stays_off(case: DunningCase, *, now: datetime) -> None:
    """Where the plan is cancelled, that is told as every end of a plan is: by the reaction to it."""
    invoice = Invoice.objects.get(stripe_invoice_id=case.stripe_invoice_id)
    notices.enqueue(
        "payment_plan_ended",
        key=casework.notice_key(case, CaseStep.ENDED),
        organization=case.organization,
        cause_at=now,
        is_cancelled_then=False,
        **case_words(case, invoice, now=now),
    )
