"""Reaction: a trial with a card has begun; a card that has had one for somebody else is to lose it, unbilled."""

from datetime import datetime

from billing import audit
from billing.errors import NotYet
from billing.models import Customer, PaymentMethod, Subscription, Transition, TrialAllowance, TrialCard, TrialRefusal
from billing.selectors.trial import card_digest
from billing.terms import SubscriptionStatus


def check_trial_card(transition: Transition, *, now: datetime) -> None:
    """Record whose card this trial began with, or that the trial is refused. Calls nobody; safe to repeat.

    The first organization of a card keeps it: the database decides between two at the same moment. What staff allowed
    is used up instead of a refusal. Raises NotYet while the card's row has not come.
    """
    subscription = Subscription.objects.get(stripe_subscription_id=transition.stripe_id)
    if subscription.organization_id is None or subscription.status != SubscriptionStatus.TRIALING:
        return
    fingerprint = _fingerprint(subscription)
    is_allowed = _use_allowance(subscription, now=now)
    if not fingerprint:
        return
    first, _ = TrialCard.objects.get_or_create(
        card_digest=card_digest(fingerprint),
        defaults={
            "organization_id": subscription.organization_id,
            "stripe_subscription_id": subscription.stripe_subscription_id,
        },
    )
    if is_allowed or first.organization_id == subscription.organization_id:
        return
    refusal, is_new = TrialRefusal.objects.get_or_create(
        stripe_subscription_id=subscription.stripe_subscription_id,
        defaults={"organization_id": subscription.organization_id, "first_trial": first},
    )
    if is_new:
        audit.record(
            "trial_refused",
            subject=subscription.stripe_subscription_id,
            organization=subscription.organization,
            actor=None,
            refusal=str(refusal.uuid),
        )


def _fingerprint(subscription: Subscription) -> str:
    """Of the card that Stripe would charge; empty for a trial without one, or with a method that is no card."""
    stripe_id = subscription.stripe_payment_method_id
    if not stripe_id:
        customer = Customer.objects.filter(stripe_customer_id=subscription.stripe_customer_id).first()
        stripe_id = customer.default_stripe_payment_method_id if customer else ""
    if not stripe_id:
        return ""
    method = PaymentMethod.objects.filter(stripe_payment_method_id=stripe_id).first()
    if method is None:
        raise NotYet()
    return method.card_fingerprint


def _use_allowance(subscription: Subscription, *, now: datetime) -> bool:
    """Whether staff allowed this trial; the first look at it uses the allowance up."""
    allowances = TrialAllowance.objects.filter(organization=subscription.organization)
    if allowances.filter(stripe_subscription_id=subscription.stripe_subscription_id).exists():
        return True
    used = allowances.filter(used_at=None).update(
        used_at=now, stripe_subscription_id=subscription.stripe_subscription_id
    )
    return bool(used)
