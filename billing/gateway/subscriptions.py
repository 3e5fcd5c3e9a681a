"""Subscriptions at Stripe."""

from typing import Any

import stripe

from billing.gateway.client import call, client


def schedule_cancellation(
    stripe_subscription_id: str, *, feedback: str, comment: str, key: str
) -> stripe.Subscription:
    """End a subscription (`sub_…`) with its paid period or trial. `feedback` is one of Stripe's reasons or empty."""
    details: dict[str, Any] = {}
    if feedback:
        details["feedback"] = feedback
    if comment:
        details["comment"] = comment
    extra = {"cancellation_details": details} if details else {}
    return call(client().v1.subscriptions.update, stripe_subscription_id, key=key, cancel_at_period_end=True, **extra)


def undo_cancellation(stripe_subscription_id: str, *, key: str) -> stripe.Subscription:
    """Let a subscription that was to end go on."""
    return call(client().v1.subscriptions.update, stripe_subscription_id, key=key, cancel_at_period_end=False)


def cancel_unbilled(stripe_subscription_id: str, *, comment: str, key: str) -> stripe.Subscription:
    """End a subscription (`sub_…`) at once: no last invoice, no credit, nothing charged.

    Raises StripeObjectMissing for one that has ended.
    """
    return call(
        client().v1.subscriptions.cancel,
        stripe_subscription_id,
        key=key,
        invoice_now=False,
        prorate=False,
        cancellation_details={"comment": comment},
    )
