"""Reads who has had a trial, and which runs now."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from accounts.models import Organization
from billing.models import Invoice, LocalTrial, Subscription, TrialAllowance, TrialRedemption, TrialRefusal
from billing.rules.trial import ended_without_card, normalize_email
from billing.terms import CheckoutState, IntentState, SubscriptionStatus


def email_digest(email: str) -> str:
    """A keyed digest of the mailbox: enough to know it again, not enough to read it."""
    return salted_hmac("billing.trial", normalize_email(email), algorithm="sha256").hexdigest()


def card_digest(fingerprint: str) -> str:
    """A keyed digest of a card's fingerprint, which Stripe keeps the same for one number in one account."""
    return salted_hmac("billing.trial.card", fingerprint, algorithm="sha256").hexdigest()


def has_redeemed_trial(organization: Organization, *, email: str) -> bool:
    """Whether this person, or anybody for this organization, has had a trial; who comes back to a plan begins none.

    What the organization's own unfinished checkout reserves is not used yet.
    """
    if TrialAllowance.objects.filter(organization=organization).exclude(used_at=None).exists():
        return True
    if Subscription.objects.filter(organization=organization, status=SubscriptionStatus.CANCELED.value).exists():
        return True
    redeemed = TrialRedemption.objects.filter(Q(email_digest=email_digest(email)) | Q(organization=organization))
    return redeemed.exclude(pk__in=reserved_trials(organization)).exists()


def another_trial_is_allowed(organization: Organization) -> bool:
    """Whether staff let this organization have another trial with a card, and none has used that yet."""
    return TrialAllowance.objects.filter(organization=organization, used_at=None).exists()


def is_refused_trial(subscription: Subscription) -> bool:
    """Whether we cancel, or have cancelled, this subscription's trial because its card has had one."""
    refusals = TrialRefusal.objects.filter(stripe_subscription_id=subscription.stripe_subscription_id)
    return refusals.exclude(state=IntentState.FAILED).exists()


def ended_for_want_of_card(subscription: Subscription) -> bool:
    """Whether this subscription ended with its trial because there was no card to charge."""
    latest = Invoice.objects.filter(stripe_invoice_id=subscription.stripe_latest_invoice_id).first()
    if latest is None or subscription.status != SubscriptionStatus.CANCELED:
        return False
    return ended_without_card(
        trial_end=subscription.trial_end,
        canceled_at=subscription.canceled_at,
        last_billed_at=latest.created_at,
    )


def reserved_trials(organization: Organization) -> QuerySet[TrialRedemption]:
    """Trials that wait for an unfinished checkout of this organization."""
    return TrialRedemption.objects.filter(
        organization=organization, checkout_intent__state__in=[CheckoutState.RECORDED, CheckoutState.OPEN]
    )


def running_local_trial(organization: Organization, now: datetime) -> LocalTrial | None:
    """The trial without a card that runs at `now` (business time)."""
    return LocalTrial.objects.filter(organization=organization, ends_at__gt=now, ended_at=None).first()
