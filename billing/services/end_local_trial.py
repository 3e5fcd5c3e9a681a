"""Reaction: a real subscription started; the trial without a card ends at that moment."""

from datetime import datetime

from billing.models import LocalTrial, Subscription, Transition
from billing.models.access_record import record_local_trial
from billing.terms import LIVE_SUBSCRIPTION_STATUSES


def end_local_trial(transition: Transition, *, now: datetime) -> None:
    """End the local trial at `now` (business time) if the subscription is still live. Safe to repeat."""
    subscription = Subscription.objects.get(stripe_subscription_id=transition.stripe_id)
    if subscription.status not in LIVE_SUBSCRIPTION_STATUSES or subscription.organization_id is None:
        return
    LocalTrial.objects.filter(organization_id=subscription.organization_id, ended_at=None, ends_at__gt=now).update(
        ended_at=now
    )
    record_local_trial(subscription.organization_id, business_at=now)
