"""Reaction: a subscription is in its trial; whoever began it has had the one trial of a person."""

from datetime import datetime

from billing.models import CheckoutIntent, CheckoutSession, Subscription, Transition, TrialRedemption
from billing.selectors.trial import email_digest


def redeem_trial(transition: Transition, *, now: datetime) -> None:
    """Record the trial of a subscription, also of one that was not begun by our checkout. Safe to repeat."""
    subscription = Subscription.objects.select_related("organization").get(
        stripe_subscription_id=transition.stripe_id
    )
    if subscription.organization is None or subscription.trial_end is None:
        return
    sessions = CheckoutSession.objects.filter(stripe_subscription_id=subscription.stripe_subscription_id)
    intent = (
        CheckoutIntent.objects.filter(stripe_session_id__in=sessions.values("stripe_session_id"))
        .select_related("started_by")
        .first()
    )
    person = intent.started_by if intent else None
    email = person.email if person else subscription.organization.email
    TrialRedemption.objects.get_or_create(
        email_digest=email_digest(email),
        defaults={"organization": subscription.organization, "checkout_intent": intent},
    )
