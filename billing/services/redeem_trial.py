"""Reaction: a subscription is in its trial; whoever began it has had the one trial of a person."""

from datetime import datetime

from billing.models import CheckoutIntent, CheckoutSession, Subscription, Transition, TrialRedemption
from billing.selectors.trial import email_digest
from billing.terms import CheckoutState

_UNFINISHED = (CheckoutState.RECORDED.value, CheckoutState.OPEN.value)


def redeem_trial(transition: Transition, *, now: datetime) -> None:
    """Record the trial of a subscription, also of one that was not begun by our checkout. Safe to repeat."""
    subscription = Subscription.objects.select_related("organization").get(
        stripe_subscription_id=transition.stripe_id
    )
    if subscription.organization is None or subscription.trial_end is None:
        return
    intent = _checkout_behind(subscription)
    person = intent.started_by if intent else None
    email = person.email if person else subscription.organization.email
    TrialRedemption.objects.get_or_create(
        email_digest=email_digest(email),
        defaults={"organization": subscription.organization, "checkout_intent": intent},
    )


def _checkout_behind(subscription: Subscription) -> CheckoutIntent | None:
    """The checkout that made it. While its session has not come yet, that is the organization's one open checkout."""
    intents = CheckoutIntent.objects.select_related("started_by")
    # In this order: a session that comes between the two looks closes the open one.
    open_one = intents.filter(organization=subscription.organization, state__in=_UNFINISHED).first()
    sessions = CheckoutSession.objects.filter(stripe_subscription_id=subscription.stripe_subscription_id)
    return intents.filter(stripe_session_id__in=sessions.values("stripe_session_id")).first() or open_one
