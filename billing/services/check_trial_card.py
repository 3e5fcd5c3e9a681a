"""Reaction: a trial with a card has begun; a card that has had one for somebody else is to lose it, unbilled."""

from datetime import datetime
from typing import cast

from accounts.models import Organization
from billing import audit
from billing.errors import NotYet
from billing.models import Customer, PaymentMethod, Subscription, Transition, TrialAllowance, TrialCard, TrialRefusal
from billing.selectors.trial import card_digest
from billing.terms import SubscriptionStatus


def check_trial_card(transition: Transition, *, now: datetime) -> None:
    """Record whose card this trial began with, or that a trial is refused. Calls nobody; safe to repeat.

    The trial that began first at Stripe keeps its card, in whatever order we hear of two; the row's lock holds them
    apart. One that is over when we first hear of it has used its card as well, and is left alone. What staff allowed
    is used up instead of a refusal. Raises NotYet while the card's row has not come.
    """
    subscription = _subscription(transition.stripe_id)
    if subscription is None or subscription.trial_start is None:
        return
    fingerprint = _fingerprint(subscription)
    is_allowed = _use_allowance(subscription, now=now)
    if not fingerprint:
        return
    card = _card(fingerprint, subscription)
    is_ours = card.organization_id == subscription.organization_id
    began = (subscription.created_at, subscription.stripe_subscription_id)
    if began < (card.began_at, card.stripe_subscription_id) and not is_allowed:
        later = _hand_over(card, subscription)
        if later is not None and not is_ours and not _is_allowed(later):
            _refuse(later, card)
    elif not is_ours and not is_allowed and subscription.status == SubscriptionStatus.TRIALING:
        _refuse(subscription, card)


def _subscription(stripe_subscription_id: str) -> Subscription | None:
    """The row, if its payer is an organization of ours."""
    rows = Subscription.objects.filter(organization__isnull=False).select_related("organization")
    return rows.filter(stripe_subscription_id=stripe_subscription_id).first()


def _payer(subscription: Subscription) -> Organization:
    return cast(Organization, subscription.organization)


def _hand_over(card: TrialCard, subscription: Subscription) -> Subscription | None:
    """Let the card be that of an earlier trial; gives the one that had it."""
    later = _subscription(card.stripe_subscription_id)
    card.organization = _payer(subscription)
    card.stripe_subscription_id, card.began_at = subscription.stripe_subscription_id, subscription.created_at
    card.save(update_fields=["organization", "began_at", "stripe_subscription_id"])
    return later


def _card(fingerprint: str, subscription: Subscription) -> TrialCard:
    """The card's row, locked; the subscription's if there was none."""
    digest = card_digest(fingerprint)
    TrialCard.objects.get_or_create(
        card_digest=digest,
        defaults={
            "organization": _payer(subscription),
            "stripe_subscription_id": subscription.stripe_subscription_id,
            "began_at": subscription.created_at,
        },
    )
    return TrialCard.objects.select_for_update(of=("self",)).select_related("organization").get(card_digest=digest)


def _refuse(subscription: Subscription, card: TrialCard) -> None:
    """Record that the trial is to be cancelled; the sweep looks whether it still may be."""
    refusal, is_new = TrialRefusal.objects.get_or_create(
        stripe_subscription_id=subscription.stripe_subscription_id,
        defaults={"organization": _payer(subscription), "first_trial": card},
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
    if method is None and subscription.ended_at is None:
        raise NotYet()
    return method.card_fingerprint if method else ""


def _use_allowance(subscription: Subscription, *, now: datetime) -> bool:
    """Whether staff allowed this trial; the first look at it uses the allowance up."""
    if _is_allowed(subscription):
        return True
    unused = TrialAllowance.objects.filter(organization=subscription.organization, used_at=None)
    return bool(unused.update(used_at=now, stripe_subscription_id=subscription.stripe_subscription_id))


def _is_allowed(subscription: Subscription) -> bool:
    return TrialAllowance.objects.filter(stripe_subscription_id=subscription.stripe_subscription_id).exists()
