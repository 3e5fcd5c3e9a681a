"""Reactions: Stripe retries or gives up by itself. A case that we watch follows; one of ours stops as a conflict."""

from datetime import datetime

from billing import casework
from billing.models import DunningCase, Invoice, Subscription, Transition
from billing.selectors.collector import collector_now
from billing.terms import OPEN_CASE_STATES, Collector, InvoiceStatus, SubscriptionStatus

_OPEN = [state.value for state in OPEN_CASE_STATES]
_RETRIES = "a next payment attempt is planned at Stripe"


def meet_stripe_retry(transition: Transition, *, now: datetime) -> None:
    """Stripe will try an invoice again that failed (rule O3). Where we collect, that stops its case, and what was
    confirmed of the account is taken back, whether the invoice has a case or not. Safe to repeat.
    """
    invoice = Invoice.objects.get(stripe_invoice_id=transition.stripe_id)
    if invoice.status != InvoiceStatus.OPEN or invoice.next_payment_attempt_at is None:
        return
    case = DunningCase.objects.select_for_update().filter(stripe_invoice_id=transition.stripe_id).first()
    if case is not None and case.collector == Collector.OWN:
        casework.enter_conflict(case, why=_RETRIES, at=now)
    if collector_now() == Collector.OWN:
        casework.doubt_confirmation(f"{transition.stripe_id}: {_RETRIES}")


def follow_unpaid(transition: Transition, *, now: datetime) -> None:
    """Stripe's retries ended in `unpaid`: an observed case is lost, one of ours meets another collector."""
    row = Subscription.objects.get(stripe_subscription_id=transition.stripe_id)
    if row.status != SubscriptionStatus.UNPAID:
        return
    cases = DunningCase.objects.select_for_update().filter(
        stripe_subscription_id=transition.stripe_id, state__in=_OPEN
    )
    for case in cases.order_by("pk"):
        casework.meet_unpaid(case, at=now)
