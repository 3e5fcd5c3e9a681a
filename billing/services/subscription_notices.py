"""Reactions: a subscription began, was cancelled or ended; the payer is told with amount and date."""

from datetime import datetime
from typing import Any

from billing import notices
from billing.casework import notice_key
from billing.models import CancelRequest, DunningCase, Invoice, PaymentMethod, Price, Subscription, Transition
from billing.money import Money
from billing.selectors.case_words import case_that_ended, case_words
from billing.selectors.discounts import active_discounts
from billing.selectors.payment_method import charged_payment_method
from billing.selectors.trial import ended_for_want_of_card, is_refused_trial
from billing.terms import LIVE_SUBSCRIPTION_STATUSES, CaseStep, IntentState, SubscriptionStatus


def announce_start(transition: Transition, *, now: datetime) -> None:
    """Tell the payer that the plan is on. Once per subscription; nothing if it is not live any more."""
    subscription = _subscription(transition)
    if subscription.status not in LIVE_SUBSCRIPTION_STATUSES:
        return
    _enqueue("subscription_started", subscription, transition, suffix="")


def announce_cancellation(transition: Transition, *, now: datetime) -> None:
    """Confirm until when the plan lasts. Nothing if the cancellation was taken back meanwhile."""
    subscription = _subscription(transition)
    if subscription.cancel_at is None or subscription.ended_at is not None:
        return
    _enqueue("cancellation_scheduled", subscription, transition, suffix=f":{transition.pk}")


def announce_end(transition: Transition, *, now: datetime) -> None:
    """Tell the payer that the plan has ended, and why where that is ours to say. Once per subscription."""
    subscription = _subscription(transition)
    if subscription.status != SubscriptionStatus.CANCELED:
        return
    wish = CancelRequest.objects.filter(
        stripe_subscription_id=subscription.stripe_subscription_id, action=CancelRequest.Action.CANCEL_NOW
    ).exclude(state=IntentState.FAILED)
    left_at_once = wish.first()
    unpaid = case_that_ended(subscription)
    if is_refused_trial(subscription):
        _enqueue("trial_refused", subscription, transition, suffix="")
    elif left_at_once is not None:
        _enqueue(
            "subscription_cancelled_now",
            subscription,
            transition,
            suffix="",
            gave_up_owed=left_at_once.voids_open_invoices,
            wants_refund=left_at_once.wants_refund,
        )
    elif ended_for_want_of_card(subscription):
        _enqueue("trial_ended_without_card", subscription, transition, suffix="")
    elif unpaid is not None:
        _tell_of_unpaid_end(unpaid, transition)
    else:
        _enqueue("subscription_ended", subscription, transition, suffix="")


def _tell_of_unpaid_end(case: DunningCase, transition: Transition) -> None:
    invoice = Invoice.objects.get(stripe_invoice_id=case.stripe_invoice_id)
    notices.enqueue(
        "payment_plan_ended",
        key=notice_key(case, CaseStep.ENDED),
        organization=case.organization,
        cause_at=transition.business_at,
        is_cancelled_then=True,
        **case_words(case, invoice, now=transition.business_at),
    )


def announce_trial_pause(transition: Transition, *, now: datetime) -> None:
    """Tell the payer that the trial ended without a card and the plan is off until it is resumed. Once per pause."""
    subscription = _subscription(transition)
    if subscription.status == SubscriptionStatus.PAUSED:
        _enqueue("trial_paused", subscription, transition, suffix=f":{transition.pk}")


def _subscription(transition: Transition) -> Subscription:
    return Subscription.objects.select_related("organization").get(stripe_subscription_id=transition.stripe_id)


def _enqueue(kind: str, subscription: Subscription, transition: Transition, *, suffix: str, **words: Any) -> None:
    price = Price.objects.select_related("plan").filter(stripe_price_id=subscription.stripe_price_id).first()
    if subscription.organization is None or price is None:
        return
    payment_method: PaymentMethod | None = charged_payment_method(subscription)
    notices.enqueue(
        kind,
        key=f"{kind}:{subscription.stripe_subscription_id}{suffix}",
        organization=subscription.organization,
        cause_at=transition.business_at,
        subscription=subscription,
        plan=price.plan,
        price=price,
        amount=Money(price.amount_minor * subscription.quantity, price.currency),
        has_discount=bool(active_discounts(subscription, now=transition.business_at)),
        payment_method=payment_method,
        is_trial=subscription.status == SubscriptionStatus.TRIALING,
        **words,
    )
