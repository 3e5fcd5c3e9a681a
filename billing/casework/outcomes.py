"""Ends an attempt once, whoever learns of its outcome first, and lets its case follow. Each in a transaction."""

from datetime import datetime

from django.db import transaction

from billing.casework import moves
from billing.models import ChargeAttempt, DunningAttempt, DunningCase
from billing.rules.dunning.facts import Decline
from billing.terms import IN_FLIGHT_ATTEMPT_STATES, AttemptState, CaseState

_IN_FLIGHT = [state.value for state in IN_FLIGHT_ATTEMPT_STATES]
_FAILURE_LENGTH = 200
_PAID_OTHERWISE = "invoice_paid"


def close_attempt(attempt: DunningAttempt, state: AttemptState, *, now: datetime) -> bool:
    """Write the outcome of a row that is in flight; True if it was. The caller holds the case. Business time."""
    if not DunningAttempt.objects.filter(pk=attempt.pk, state__in=_IN_FLIGHT).exists():
        return False
    attempt.state, attempt.ended_at, attempt.lease_until = state.value, now, None
    attempt.save()
    return True


def skip(attempt: DunningAttempt, why: str, *, now: datetime) -> None:
    """It is not sent."""
    attempt.failure = why[:_FAILURE_LENGTH]
    close_attempt(attempt, AttemptState.SKIPPED, now=now)


def settle_paid(attempt: DunningAttempt, *, charge: ChargeAttempt | None, now: datetime) -> None:
    """The invoice is paid, and the case over: by this charge of the attempt, or by somebody else."""
    with transaction.atomic():
        case = _case_of(attempt)
        if charge is None:
            attempt.failure = _PAID_OTHERWISE
            close_attempt(attempt, AttemptState.SKIPPED, now=now)
            moves.end(case, CaseState.RECOVERED, reason="paid", at=now)
            return
        attempt.stripe_charge_id = charge.stripe_charge_id
        if close_attempt(attempt, AttemptState.SUCCEEDED, now=now):
            moves.note(case, "attempt_succeeded", at=now, attempt=str(attempt.uuid))
            moves.end(case, CaseState.RECOVERED, reason="attempt", at=now)


def settle_declined(
    attempt: DunningAttempt, decline: Decline, *, charge: ChargeAttempt | None, now: datetime
) -> None:
    """The bank said no, by this charge if one was made: the case takes it in."""
    with transaction.atomic():
        case = _case_of(attempt)
        attempt.stripe_charge_id = charge.stripe_charge_id if charge else ""
        attempt.decline_code = decline.code[:100]
        if not close_attempt(attempt, AttemptState.DECLINED, now=now):
            return
        if case.state == CaseState.ATTEMPTING:
            case.state = CaseState.AWAITING_CUSTOMER.value
            if charge is None:
                case.card_fingerprint = attempt.card_fingerprint
        at = charge.created_at if charge else (attempt.sent_at or now)
        moves.take_in(case, decline, charge=charge, at=at, now=now)


def settle_gone(attempt: DunningAttempt, *, failure: str, now: datetime) -> None:
    """Stripe would not try this card: it was taken away or cannot be used."""
    with transaction.atomic():
        case = _case_of(attempt)
        attempt.failure = failure[:_FAILURE_LENGTH]
        if close_attempt(attempt, AttemptState.DECLINED, now=now) and case.state == CaseState.ATTEMPTING:
            moves.ask_customer(case, why="card_unusable", at=now)


def settle_untraced(attempt: DunningAttempt, *, now: datetime) -> None:
    """Nothing at Stripe shows that the call ever arrived."""
    with transaction.atomic():
        case = _case_of(attempt)
        attempt.failure = "no trace of it at Stripe"
        if close_attempt(attempt, AttemptState.SKIPPED, now=now) and case.state == CaseState.ATTEMPTING:
            moves.plan_again(case, now=now, why="no_trace")


def _case_of(attempt: DunningAttempt) -> DunningCase:
    case = moves.locked(attempt.case_id)
    attempt.refresh_from_db()
    return case
