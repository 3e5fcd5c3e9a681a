"""Use case: tell people in time that a trial ends, and when one without a card has ended."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.conf import settings

from billing import notices
from billing.models import LocalTrial, Notice, Price, Subscription
from billing.money import Money
from billing.rules.trial import REMIND_BEFORE, reminder_is_due
from billing.selectors.discounts import active_discounts
from billing.selectors.payment_method import charged_payment_method
from billing.terms import SubscriptionStatus

logger = logging.getLogger(__name__)
_Write = Callable[[], Notice | None]


def remind_of_trials(now: datetime) -> int:
    """Put each reminder that is due at `now` (business time) into the outbox, by fetched state. Safe to repeat.

    Returns how many were new. One that cannot be written is logged and holds up no other.
    """
    due = {**_local_ending(now), **_local_ended(now), **_ending_with_card(now)}
    written = set(Notice.objects.filter(key__in=due).values_list("key", flat=True))
    made = 0
    for key, write in due.items():
        if key in written:
            continue
        try:
            made += write() is not None
        except Exception:
            logger.exception("Reminder %s could not be written; the others go on", key)
    return made


def _local_ending(now: datetime) -> dict[str, _Write]:
    ending = LocalTrial.objects.filter(ended_at=None, ends_at__gt=now, ends_at__lte=now + REMIND_BEFORE)
    return {
        key: partial(_write_local, "local_trial_ending", key=key, trial=trial, cause_at=now)
        for trial in ending.select_related("organization", "plan")
        if reminder_is_due(started_at=trial.started_at, ends_at=trial.ends_at, now=now)
        and (key := f"trial_ending:{trial.uuid}:{trial.ends_at:%Y%m%d}")
    }


def _local_ended(now: datetime) -> dict[str, _Write]:
    ended = LocalTrial.objects.filter(ended_at=None, ends_at__lte=now, ends_at__gt=now - notices.DEFAULT_LIFE)
    return {
        key: partial(_write_local, "local_trial_ended", key=key, trial=trial, cause_at=trial.ends_at)
        for trial in ended.select_related("organization", "plan")
        if (key := f"trial_ended:{trial.uuid}")
    }


def _write_local(kind: str, *, key: str, trial: LocalTrial, cause_at: datetime) -> Notice | None:
    return notices.enqueue(
        kind, key=key, organization=trial.organization, cause_at=cause_at, plan=trial.plan, ends_at=trial.ends_at
    )


def _ending_with_card(now: datetime) -> dict[str, _Write]:
    """A trial that was ended or cancelled is not `trialing`, or has `cancel_at`: it gets no such mail."""
    ending = Subscription.objects.filter(
        status=SubscriptionStatus.TRIALING,
        livemode=settings.STRIPE_LIVE_MODE,
        cancel_at=None,
        organization__isnull=False,
        trial_end__gt=now,
        trial_end__lte=now + REMIND_BEFORE,
    ).select_related("organization")
    due: dict[str, _Write] = {}
    for subscription in ending:
        started_at, ends_at = subscription.trial_start, subscription.trial_end
        if started_at and ends_at and reminder_is_due(started_at=started_at, ends_at=ends_at, now=now):
            key = f"trial_ending:{subscription.stripe_subscription_id}:{ends_at:%Y%m%d}"
            due[key] = partial(_write_with_card, subscription, key=key, ends_at=ends_at, now=now)
    return due


def _write_with_card(subscription: Subscription, *, key: str, ends_at: datetime, now: datetime) -> Notice | None:
    price = Price.objects.select_related("plan").filter(stripe_price_id=subscription.stripe_price_id).first()
    if price is None or subscription.organization is None:
        return None
    return notices.enqueue(
        "trial_ending",
        key=key,
        organization=subscription.organization,
        cause_at=now,
        plan=price.plan,
        price=price,
        ends_at=ends_at,
        amount=Money(price.amount_minor * subscription.quantity, price.currency),
        has_discount=bool(active_discounts(subscription, now=now)),
        payment_method=charged_payment_method(subscription),
        missing_card_policy=subscription.missing_card_policy,
    )
