"""Gathers what the mails about an unpaid invoice say: sum, card, days, and the links that lead on."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from billing.models import ChargeAttempt, DunningCase, Invoice, Subscription
from billing.money import Money
from billing.selectors.catalogue import plan_of_price
from billing.selectors.pay_link import pay_url
from billing.selectors.pursuit import message_key_of, pursuit_of
from billing.terms import CaseState, ChargeStatus, FirstPaymentPolicy

_STRIPE_GAVE_UP = "payment_failed"
# The first invoice after a trial is made where it ends; the rest is for Stripe's own clocks.
_BEGINS_WITHIN = timedelta(hours=1)


def case_words(case: DunningCase, invoice: Invoice, *, now: datetime) -> dict[str, Any]:
    """The names that `emails/_case.txt` and its like ask for, at `now` (business time)."""
    charge = (
        ChargeAttempt.objects.filter(stripe_invoice_id=case.stripe_invoice_id, status=ChargeStatus.FAILED.value)
        .order_by("-created_at", "-pk")
        .first()
    )
    subscription = Subscription.objects.filter(stripe_subscription_id=case.stripe_subscription_id).first()
    pursuit = pursuit_of(case, invoice, message_key=message_key_of(charge, invoice), now=now)
    if subscription is not None and _has_no_grace(subscription, invoice):
        pursuit = replace(pursuit, full_until=None, read_until=None)
    return {
        "invoice": invoice,
        "amount": Money(invoice.amount_remaining_minor, invoice.currency),
        "attempt": charge,
        "plan_name": _plan_name(subscription),
        "pursuit": pursuit,
        "now": now,
        "pay_url": pay_url(invoice),
        "card_url": f"{settings.SITE_URL}{reverse('billing:payment_methods')}",
        "cancel_url": f"{settings.SITE_URL}{reverse('billing:cancel')}",
    }


def case_that_ended(subscription: Subscription) -> DunningCase | None:
    """The unpaid invoice for which this subscription was cancelled, by us or by Stripe; None for any other end."""
    cases = DunningCase.objects.filter(stripe_subscription_id=subscription.stripe_subscription_id)
    if subscription.cancellation_reason != _STRIPE_GAVE_UP:
        cases = cases.filter(state__in=[CaseState.CLOSING.value, CaseState.LOST.value])
    return cases.order_by("-opened_at").first()


def _has_no_grace(subscription: Subscription, invoice: Invoice) -> bool:
    """Told by the invoice: the subscription's row may not say yet that nothing was paid since its trial."""
    if settings.TRIAL_FIRST_PAYMENT_POLICY != FirstPaymentPolicy.NO_ACCESS or subscription.trial_end is None:
        return False
    return invoice.created_at <= subscription.trial_end + _BEGINS_WITHIN


def _plan_name(subscription: Subscription | None) -> str:
    plan = plan_of_price(subscription.stripe_price_id) if subscription else None
    return plan.name if plan else settings.PRODUCT_NAME
