"""Use case: send each recorded try to Stripe, once, and take its answer in.

The row is committed as sent before the call, a last look at the invoice stands right before it, and the row's own
key makes it one. An answer that never came is asked for again with the same key below 23 h of system time (Stripe
keeps its first answer for 24 h, declines too), and looked up later.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from billing import casework, clock
from billing.errors import BillingError, CardDeclined, StripeRefused, StripeUnreachable
from billing.gateway import invoices
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, DunningAttempt, Invoice, PaymentMethod
from billing.rules.dunning.facts import Decline
from billing.selectors.dunning import decline_of
from billing.selectors.dunning_send import is_conflict, why_not_sent, why_over
from billing.terms import (
    IN_FLIGHT_ATTEMPT_STATES,
    AttemptState,
    AttemptTrigger,
    CaseState,
    ChargeStatus,
    InvoiceStatus,
    ObjectKind,
)

logger = logging.getLogger(__name__)
_IN_FLIGHT = [state.value for state in IN_FLIGHT_ATTEMPT_STATES]
_LEASE = timedelta(seconds=60)
_LEASE_WAIT_SECONDS = 2.0
_KEY_IS_SAFE_FOR = timedelta(hours=23)
_SHORTEST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_SKEW = timedelta(seconds=5)  # Stripe's moments are whole seconds of its own clock.
_ASKS_CUSTOMER = "authentication_required"
_ASKING = ("invoice_payment_intent_requires_action", _ASKS_CUSTOMER)
_CONFLICT = "a next payment attempt is planned at Stripe"
_FAILURE_LENGTH = 200


def make_attempts(now: datetime, *, seconds: float = 10.0) -> int:
    """Send what is planned and settle what is open; `now` is business time. Returns how many were worked on.

    Safe to repeat and in many workers: each takes another row. Stops after `seconds`, so that a silent Stripe does
    not hold up what the worker has to do besides.
    """
    deadline = time.monotonic() + seconds
    worked_on = 0
    while time.monotonic() < deadline and (attempt := _claim()) is not None:
        worked_on += 1
        try:
            _work_on(attempt, now=now)
        except BillingError as error:
            logger.warning("Attempt %s is put off: %s", attempt.uuid, error.code)
            _try_later(attempt, error.code)
        except Exception as error:
            # A fault of ours; the longest waiting comes first, so that this one would hold up all the others.
            logger.exception("Attempt %s failed", attempt.uuid)
            _try_later(attempt, type(error).__name__)
    return worked_on


def _claim() -> DunningAttempt | None:
    """The row that has waited longest, leased to this worker for a while of system time."""
    now = clock.system_now()
    with transaction.atomic():
        rows = DunningAttempt.objects.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )
        is_free = Q(lease_until=None) | Q(lease_until__lte=now)
        attempt = rows.filter(is_free, state__in=_IN_FLIGHT, run_at__lte=now).order_by("run_at", "pk").first()
        if attempt is None:
            return None
        attempt.lease_until = now + _LEASE
        attempt.save(update_fields=["lease_until"])
    return attempt


def _try_later(attempt: DunningAttempt, failure: str) -> None:
    """Stripe is silent or somebody holds the invoice: the wait doubles from half a minute to an hour."""
    now = clock.system_now()
    since = attempt.sent_system_at or attempt.run_at
    wait = min(max(now - since, _SHORTEST_WAIT), _LONGEST_WAIT)
    DunningAttempt.objects.filter(pk=attempt.pk, state__in=_IN_FLIGHT).update(
        lease_until=None, run_at=now + wait, failure=failure[:_FAILURE_LENGTH]
    )
    DunningAttempt.objects.filter(pk=attempt.pk, state=AttemptState.SENDING).update(state=AttemptState.UNKNOWN.value)


def _work_on(attempt: DunningAttempt, *, now: datetime) -> None:
    invoice = _last_look(attempt)
    if attempt.state == AttemptState.PLANNED:
        if _mark_sent(attempt, invoice, now=now):
            _send(attempt, now=now)
    elif invoice.status == InvoiceStatus.PAID:
        _take_payment(attempt, now=now)
    elif _may_repeat(attempt, invoice, now=now):
        _repeat(attempt, now=now)
    elif not _found(attempt, now=now):
        casework.settle_untraced(attempt, now=now)


def _may_repeat(attempt: DunningAttempt, invoice: Invoice, *, now: datetime) -> bool:
    """Whether the same call may be made again: while its key is safe, and its case still wants an answer.

    A crash may have come before Stripe heard of it, so that a repeat could be the first call.
    """
    with transaction.atomic():
        case = casework.locked(attempt.case_id)
        if is_conflict(case, invoice):
            casework.enter_conflict(case, why=_CONFLICT, at=now)
        is_wanted = not why_over(case, invoice)
    return is_wanted and clock.system_now() - _sent_at(attempt) <= _KEY_IS_SAFE_FOR


def _sent_at(attempt: DunningAttempt) -> datetime:
    if attempt.sent_system_at is None:
        raise ValueError(f"{attempt} has no moment of sending")
    return attempt.sent_system_at


def _last_look(attempt: DunningAttempt) -> Invoice:
    """The invoice as Stripe has it at this moment, and each try to pay it that we had not heard of."""
    invoice_id = attempt.case.stripe_invoice_id
    seen = refresh(ObjectRef(ObjectKind.INVOICE, invoice_id), wait_seconds=_LEASE_WAIT_SECONDS)
    for ref in seen.written.follow:
        if ref.kind == ObjectKind.CHARGE:
            refresh(ref, wait_seconds=_LEASE_WAIT_SECONDS)
    return Invoice.objects.get(stripe_invoice_id=invoice_id)


def _mark_sent(attempt: DunningAttempt, invoice: Invoice, *, now: datetime) -> bool:
    """Commit that Stripe is about to hear of it; False where the last look or the rules found a reason not to."""
    with transaction.atomic():
        case = casework.locked(attempt.case_id)
        attempt.refresh_from_db()
        if attempt.state != AttemptState.PLANNED:
            return False
        _lock_card(attempt)
        if is_conflict(case, invoice):
            casework.skip(attempt, "conflict", now=now)
            casework.enter_conflict(case, why=_CONFLICT, at=now)
            return False
        refusal = why_not_sent(case, attempt, invoice, now=now)
        if refusal:
            casework.skip(attempt, refusal, now=now)
            if case.state == CaseState.ATTEMPTING:
                casework.plan_again(case, now=now, why=refusal)
            return False
        attempt.state = AttemptState.SENDING.value
        attempt.amount_minor = invoice.amount_remaining_minor
        attempt.sent_at, attempt.sent_system_at = now, clock.system_now()
        attempt.lease_until = attempt.sent_system_at + _LEASE
        attempt.save()
        casework.note(case, "attempt_sent", at=now, attempt=str(attempt.uuid))
        if attempt.trigger == AttemptTrigger.SCHEDULE:
            case.retries += 1
            case.retries_of_class += 1
        case.last_try_at = max(case.last_try_at, now)
        case.save()
    return True


def _lock_card(attempt: DunningAttempt) -> None:
    """One after the other counts the tries on a card and adds its own, whatever the cases."""
    if not attempt.card_fingerprint:
        return
    same = PaymentMethod.objects.select_for_update().filter(card_fingerprint=attempt.card_fingerprint)
    list(same.order_by("pk").values_list("pk", flat=True))


def _send(attempt: DunningAttempt, *, now: datetime) -> None:
    """One call with the row's own key; the same row makes the same call. Raises StripeUnreachable."""
    try:
        paid = invoices.collect(
            attempt.case.stripe_invoice_id,
            stripe_payment_method_id=attempt.stripe_payment_method_id,
            key=f"{attempt.uuid}:pay",
        )
    except CardDeclined as error:
        charge_id = str(error.details.get("charge") or "")
        code = str(error.details.get("decline_code") or error.details.get("code") or "")
        _take_decline(attempt, code=code, charge_id=charge_id, now=now)
    except StripeRefused as error:
        _take_refusal(attempt, error, now=now)
    else:
        if paid["status"] == InvoiceStatus.PAID.value:
            _take_payment(attempt, now=now)
        else:  # An off-session payment that waits for its holder may come back without an exception (A7).
            _take_decline(attempt, code=_ASKS_CUSTOMER, charge_id="", now=now)


def _take_payment(attempt: DunningAttempt, *, now: datetime) -> None:
    """The invoice is paid: by this try, if a charge of its own card shows it, else by somebody meanwhile."""
    _last_look(attempt)
    charge = ChargeAttempt.objects.filter(
        stripe_invoice_id=attempt.case.stripe_invoice_id,
        stripe_payment_method_id=attempt.stripe_payment_method_id,
        status=ChargeStatus.SUCCEEDED.value,
    ).first()
    casework.settle_paid(attempt, charge=charge, now=now)


def _take_decline(attempt: DunningAttempt, *, code: str, charge_id: str, now: datetime) -> None:
    """Read the charge with all that the bank and the network said, then let the case follow."""
    if charge_id:
        refresh(ObjectRef(ObjectKind.CHARGE, charge_id), wait_seconds=_LEASE_WAIT_SECONDS)
    _last_look(attempt)
    charge = ChargeAttempt.objects.filter(stripe_charge_id=charge_id).first() if charge_id else None
    decline = decline_of(charge) if charge else Decline(code=code, asks_customer=code in _ASKING)
    casework.settle_declined(attempt, decline, charge=charge, now=now)


def _take_refusal(attempt: DunningAttempt, error: StripeRefused, *, now: datetime) -> None:
    """Stripe would not even try: it was paid or ended meanwhile, the card is gone, or its holder has to confirm."""
    code = str(error.details.get("code") or "")
    invoice = _last_look(attempt)
    if invoice.status == InvoiceStatus.PAID:
        _take_payment(attempt, now=now)
    elif code in _ASKING:
        casework.settle_declined(attempt, Decline(code=_ASKS_CUSTOMER, asks_customer=True), charge=None, now=now)
    else:
        casework.settle_gone(attempt, failure=f"{code or error.code}: {error.message}", now=now)


def _repeat(attempt: DunningAttempt, *, now: datetime) -> None:
    """The same call again. Stripe keeps a 500 as its answer, too (O15): then what it did is told by the charges."""
    try:
        _send(attempt, now=now)
    except StripeUnreachable:
        if not _found(attempt, now=now):
            raise


def _found(attempt: DunningAttempt, *, now: datetime) -> bool:
    """Whether a failed charge shows what became of a call that was never answered; if so, it is taken in."""
    known = DunningAttempt.objects.exclude(stripe_charge_id="").values("stripe_charge_id")
    charge = (
        ChargeAttempt.objects.filter(
            stripe_invoice_id=attempt.case.stripe_invoice_id,
            status=ChargeStatus.FAILED.value,
            card_fingerprint=attempt.card_fingerprint,
            created_at__gte=(attempt.sent_at or attempt.planned_at) - _SKEW,
        )
        .exclude(stripe_charge_id__in=known)
        .order_by("created_at")
        .first()
    )
    if charge is None:
        return False
    casework.settle_declined(attempt, decline_of(charge), charge=charge, now=now)
    return True
