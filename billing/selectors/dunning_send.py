"""Reads whether a recorded try may still be sent, from all that we know right after the last look at its invoice."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Max

from billing.models import ChargeAttempt, DunningAttempt, DunningCase, Invoice, PaymentMethod, Subscription
from billing.rules.dunning.steps import may_send
from billing.selectors.dunning import card_history, case_facts, is_disputed, policy_of, verdict_of
from billing.terms import AttemptTrigger, CaseState, Collector, InvoiceStatus


def is_conflict(case: DunningCase, invoice: Invoice) -> bool:
    """Whether Stripe collects this invoice, too, although we do (rule O3)."""
    return (
        case.collector == Collector.OWN
        and invoice.status == InvoiceStatus.OPEN
        and invoice.next_payment_attempt_at is not None
    )


def why_not_sent(case: DunningCase, attempt: DunningAttempt, invoice: Invoice, *, now: datetime) -> str:
    """A stable word for why this planned try stays unsent at `now` (business time), empty where it may go.

    The customer's own budget is not asked about: it was when the try was planned.
    """
    over = why_over(case, invoice)
    if over:
        return over
    if not attempt.stripe_payment_method_id:
        return "no_card"
    facts = case_facts(case)
    # The last look may have shown tries whose reactions are still to come.
    charges = ChargeAttempt.objects.filter(stripe_invoice_id=case.stripe_invoice_id)
    newest = charges.aggregate(at=Max("created_at"))["at"] or facts.last_try_at
    return may_send(
        replace(facts, last_try_at=max(facts.last_try_at, newest)),
        verdict=verdict_of(case, fingerprint=attempt.card_fingerprint),
        trigger=AttemptTrigger(attempt.trigger),
        history=card_history(attempt.card_fingerprint, brand=_brand(attempt), now=now),
        policy=policy_of(case),
        now=now,
    )


def why_over(case: DunningCase, invoice: Invoice) -> str:
    """Why nothing may be asked of Stripe for it any more, by all that we know; the reactions to it may be to come."""
    if case.state != CaseState.ATTEMPTING:
        return "case_moved_on"
    if invoice.status != InvoiceStatus.OPEN or invoice.amount_remaining_minor <= 0:
        return f"invoice_{invoice.status}"
    ended = Subscription.objects.filter(stripe_subscription_id=case.stripe_subscription_id).exclude(ended_at=None)
    if ended.exists():
        return "subscription_ended"
    return "dispute" if is_disputed(case.stripe_subscription_id) else ""


def _brand(attempt: DunningAttempt) -> str:
    found = PaymentMethod.objects.filter(stripe_payment_method_id=attempt.stripe_payment_method_id)
    return found.values_list("card_brand", flat=True).first() or ""
