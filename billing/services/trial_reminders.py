"""Use case: tell people in time that a trial ends, and when one without a card has ended."""

from datetime import datetime

from django.conf import settings

from billing import notices
from billing.models import LocalTrial, Price, Subscription
from billing.money import Money
from billing.rules.trial import REMIND_BEFORE, reminder_is_due
from billing.selectors.payment_method import charged_payment_method
from billing.terms import SubscriptionStatus


def remind_of_trials(now: datetime) -> int:
    """Put each reminder that is due at `now` (business time) into the outbox, by fetched state. Safe to repeat."""
    return sum((_remind_local(now), _remind_with_card(now), _tell_ended(now)))


def _remind_local(now: datetime) -> int:
    ending = LocalTrial.objects.filter(ended_at=None, ends_at__gt=now, ends_at__lte=now + REMIND_BEFORE)
    made = 0
    for trial in ending.select_related("organization", "plan"):
        if reminder_is_due(started_at=trial.started_at, ends_at=trial.ends_at, now=now):
            key = f"trial_ending:{trial.uuid}"
            made += _enqueue_local("local_trial_ending", key=key, trial=trial, cause_at=now)
    return made


def _tell_ended(now: datetime) -> int:
    ended = LocalTrial.objects.filter(ended_at=None, ends_at__lte=now, ends_at__gt=now - notices.DEFAULT_LIFE)
    return sum(
        _enqueue_local("local_trial_ended", key=f"trial_ended:{trial.uuid}", trial=trial, cause_at=trial.ends_at)
        for trial in ended.select_related("organization", "plan")
    )


def _enqueue_local(kind: str, *, key: str, trial: LocalTrial, cause_at: datetime) -> bool:
    notice = notices.enqueue(
        kind, key=key, organization=trial.organization, cause_at=cause_at, plan=trial.plan, ends_at=trial.ends_at
    )
    return notice is not None


def _remind_with_card(now: datetime) -> int:
    """A trial that was ended or cancelled is not `trialing`, or has `cancel_at`: it gets no such mail."""
    ending = Subscription.objects.filter(
        status=SubscriptionStatus.TRIALING,
        livemode=settings.STRIPE_LIVE_MODE,
        cancel_at=None,
        organization__isnull=False,
        trial_end__gt=now,
        trial_end__lte=now + REMIND_BEFORE,
    ).select_related("organization")
    made = 0
    for subscription in ending:
        price = Price.objects.select_related("plan").filter(stripe_price_id=subscription.stripe_price_id).first()
        started_at, ends_at = subscription.trial_start, subscription.trial_end
        if price is None or started_at is None or ends_at is None or subscription.organization is None:
            continue
        if not reminder_is_due(started_at=started_at, ends_at=ends_at, now=now):
            continue
        notice = notices.enqueue(
            "trial_ending",
            key=f"trial_ending:{subscription.stripe_subscription_id}:{ends_at:%Y%m%d}",
            organization=subscription.organization,
            cause_at=now,
            plan=price.plan,
            price=price,
            ends_at=ends_at,
            amount=Money(price.amount_minor * subscription.quantity, price.currency),
            payment_method=charged_payment_method(subscription),
        )
        made += notice is not None
    return made
