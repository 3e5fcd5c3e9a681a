"""Use case: staff have a case's card tried now; the rules of networks and banks bind them as they bind us."""

from django.db import transaction
from django.db.models import Max

from billing import casework
from billing.casework import StaffWish
from billing.errors import (
    CardIsBlocked,
    CardMustWait,
    CardTriedTooOften,
    DeadlinePassed,
    HolderMustConfirm,
    PaymentMethodMissing,
    RetryRefused,
)
from billing.models import CaseRequest, DunningAttempt, DunningCase, Invoice, PaymentMethod
from billing.rules.dunning.steps import may_send
from billing.selectors.dunning import card_history, case_facts, charged_cards, policy_of, verdict_of
from billing.terms import AttemptTrigger, Authentication, CaseAction

_REFUSALS: dict[str, type[RetryRefused]] = {
    "blocked": CardIsBlocked,
    "wait": CardMustWait,
    "limit": CardTriedTooOften,
    "deadline": DeadlinePassed,
}


def retry_case(case_id: int, *, wish: StaffWish) -> CaseRequest:
    """Record a try that is sent within a minute, after a last look at the invoice. Nothing is asked of Stripe here.

    It counts for the networks' limits and not for the policy's budget; hours, gaps and a hold do not bind it. Safe to
    repeat with the same request key. Raises CaseClosed, CaseInConflict, StripeCollects, TryUnderWay,
    PaymentMethodMissing, and the RetryRefused that says what forbids it.
    """
    with transaction.atomic():
        case = casework.locked(case_id)
        done = casework.repeated(case, wish)
        if done is not None:
            return done
        casework.require_free(case)
        before = casework.audited(case)
        card = charged_cards([case.stripe_subscription_id]).get(case.stripe_subscription_id)
        if card is None:
            raise PaymentMethodMissing()
        _require_permitted(case, card, wish)
        attempt = _attempt(case, card, wish)
        casework.start_attempt(case, attempt, at=wish.now)
        return casework.record_request(case, CaseAction.RETRY, wish, attempt=attempt, before=before)


def _require_permitted(case: DunningCase, card: PaymentMethod, wish: StaffWish) -> None:
    verdict = verdict_of(case, fingerprint=card.card_fingerprint)
    refusal = may_send(
        case_facts(case),
        verdict=verdict,
        trigger=AttemptTrigger.STAFF,
        history=card_history(card.card_fingerprint, brand=card.card_brand, now=wish.now),
        policy=policy_of(case),
        now=wish.now,
    )
    if refusal:
        raise _REFUSALS.get(refusal, RetryRefused)()
    if Invoice.objects.filter(
        stripe_invoice_id=case.stripe_invoice_id, authentication=Authentication.REQUIRED.value
    ).exists():
        raise HolderMustConfirm()


def _attempt(case: DunningCase, card: PaymentMethod, wish: StaffWish) -> DunningAttempt:
    return DunningAttempt(
        case=case,
        seq=(case.attempts.aggregate(last=Max("seq"))["last"] or 0) + 1,
        trigger=AttemptTrigger.STAFF.value,
        stripe_payment_method_id=card.stripe_payment_method_id,
        card_fingerprint=card.card_fingerprint,
        amount_minor=case.amount_minor,
        currency=case.currency,
        planned_at=wish.now,
    )
