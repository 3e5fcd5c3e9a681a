"""Tells the payer that a plan is paused, that its pause will end, and that it goes on: with days and amounts."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings

from billing import notices
from billing.models import Notice, PauseRequest, Price, Subscription, Transition
from billing.money import Money
from billing.rules.pause import REMIND_BEFORE, begins_period
from billing.selectors.payment_method import charged_payment_method
from billing.terms import IntentState, SubscriptionStatus

logger = logging.getLogger(__name__)


def announce_pause(transition: Transition, *, now: datetime) -> None:
    """Say until when access lasts and when it goes on. Nothing if the pause was taken back meanwhile."""
    subscription = _subscription(transition)
    if not subscription.is_collection_paused or subscription.ended_at is not None:
        return
    _enqueue(
        "subscription_paused",
        subscription,
        key=f"subscription_paused:{subscription.stripe_subscription_id}:{transition.pk}",
        cause_at=transition.business_at,
        paid_until=subscription.paused_paid_until,
        resumes_at=subscription.resumes_at,
    )


def announce_resumption(transition: Transition, *, now: datetime) -> None:
    """Say that it goes on, and what is charged when. Nothing if it is paused again, or over."""
    subscription = _subscription(transition)
    if subscription.status != SubscriptionStatus.ACTIVE or subscription.is_collection_paused:
        return
    is_charged = transition.aspect == "status" or _begins_period(subscription, now=transition.business_at)
    _enqueue(
        "subscription_resumed",
        subscription,
        key=f"subscription_resumed:{subscription.stripe_subscription_id}:{transition.pk}",
        cause_at=transition.business_at,
        next_at=None if is_charged else subscription.current_period_end,
    )


def remind_of_pauses(now: datetime) -> int:
    """Announce each end of a pause three days before, with its charge; `now` is business time. Safe to repeat.

    Returns how many were new. One that cannot be written is logged and holds up no other.
    """
    ending = Subscription.objects.filter(
        status=SubscriptionStatus.ACTIVE,
        livemode=settings.STRIPE_LIVE_MODE,
        is_collection_paused=True,
        cancel_at=None,
        resumes_at__gt=now,
        resumes_at__lte=now + REMIND_BEFORE,
    ).select_related("organization")
    due = {f"pause_ending:{row.stripe_subscription_id}:{row.resumes_at:%Y%m%d}": row for row in ending}
    written = set(Notice.objects.filter(key__in=due).values_list("key", flat=True))
    made = 0
    for key, row in due.items():
        if key in written:
            continue
        try:
            made += _enqueue("pause_ending", row, key=key, cause_at=now, resumes_at=row.resumes_at) is not None
        except Exception:
            logger.exception("Reminder %s could not be written; the others go on", key)
    return made


def _subscription(transition: Transition) -> Subscription:
    return Subscription.objects.select_related("organization").get(stripe_subscription_id=transition.stripe_id)


def _begins_period(subscription: Subscription, *, now: datetime) -> bool:
    """Whether a new period is charged with this end of a pause: by our page, or because it had lasted its time."""
    latest = (
        PauseRequest.objects.filter(stripe_subscription_id=subscription.stripe_subscription_id)
        .exclude(state=IntentState.FAILED)
        .exclude(action=PauseRequest.Action.BEGIN_PERIOD)
        .order_by("-created_at")
        .first()
    )
    if latest is None:
        return False
    if latest.action == PauseRequest.Action.RESUME:
        return latest.is_charged
    has_lasted = latest.resumes_at is not None and latest.resumes_at <= now
    return has_lasted and begins_period(paid_until=now, period_end=subscription.current_period_end, now=now)


def _enqueue(kind: str, subscription: Subscription, *, key: str, cause_at: datetime, **words: Any) -> Notice | None:
    price = Price.objects.select_related("plan").filter(stripe_price_id=subscription.stripe_price_id).first()
    if subscription.organization is None or price is None:
        return None
    return notices.enqueue(
        kind,
        key=key,
        organization=subscription.organization,
        cause_at=cause_at,
        plan=price.plan,
        amount=Money(price.amount_minor * subscription.quantity, price.currency),
        payment_method=charged_payment_method(subscription),
        **words,
    )
