"""The end of a trial at Stripe (https://docs.stripe.com/api/subscriptions/update, `trial_end`, read 2026-07)."""

from datetime import datetime

import stripe

from billing.gateway.client import call, client


def move_trial_end(stripe_subscription_id: str, *, ends_at: datetime, key: str) -> stripe.Subscription:
    """Let a running trial (`sub_…`) last until `ends_at` (UTC); nothing is charged or credited for it.

    On a subscription without a running trial Stripe would begin one: look first.
    """
    return call(
        client().v1.subscriptions.update,
        stripe_subscription_id,
        key=key,
        trial_end=int(ends_at.timestamp()),
        proration_behavior="none",
    )


def end_trial(stripe_subscription_id: str, *, key: str) -> stripe.Subscription:
    """End a running trial (`sub_…`) now. Stripe bills the first period within the call; unpaid, it is past due."""
    return call(
        client().v1.subscriptions.update,
        stripe_subscription_id,
        key=key,
        trial_end="now",
        proration_behavior="none",
    )
