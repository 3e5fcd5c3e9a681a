"""Use case: a person comes back from the hosted checkout; the redirect itself decides nothing."""

import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.models import Organization
from billing.errors import LeaseLost, LeaseTaken, NotFound, StripeUnreachable
from billing.mirror.glance import glance, shown
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CheckoutIntent, CheckoutSession, Subscription
from billing.terms import ObjectKind, SubscriptionStatus

_WAITS_SECONDS = (0.0, 0.3, 0.8)
_LEASE_WAIT_SECONDS = 2.0
_GLANCE_SECONDS = 1.0
_FULFILLED = ("paid", "no_payment_required")
_NOT_YET = (SubscriptionStatus.INCOMPLETE.value, SubscriptionStatus.INCOMPLETE_EXPIRED.value)


class ProgressState(StrEnum):
    OPEN = "open"
    PROCESSING = "processing"
    SETTLED = "settled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class CheckoutProgress:
    """How far a checkout is, by what was fetched from Stripe."""

    state: ProgressState
    intent: CheckoutIntent
    is_trial: bool = False


def settle_checkout(organization: Organization, *, stripe_session_id: str, now: datetime) -> CheckoutProgress:
    """Fetch the session (`cs_…`) and its subscription as a webhook would, and say how far the checkout is.

    Asks up to three times within two seconds, as the subscription may come a moment after the session; then the page
    says "processing" and asks again. Safe to repeat. Raises NotFound for a session that is not this organization's.
    """
    intent = (
        CheckoutIntent.objects.select_related("price__plan")
        .filter(organization=organization, stripe_session_id=stripe_session_id)
        .first()
    )
    if intent is None:
        raise NotFound("There is no such checkout, or it belongs to another organization. Nothing was changed.")
    progress = CheckoutProgress(ProgressState.PROCESSING, intent)
    for wait_seconds in _WAITS_SECONDS:
        time.sleep(wait_seconds)
        progress = _look(intent)
        if progress.state != ProgressState.PROCESSING:
            break
    return progress


def _look(intent: CheckoutIntent) -> CheckoutProgress:
    try:
        refresh(
            ObjectRef(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id)), wait_seconds=_LEASE_WAIT_SECONDS
        )
        session = CheckoutSession.objects.get(stripe_session_id=intent.stripe_session_id)
        if not session.stripe_subscription_id:
            return _judge(intent, session)
        subscription = ObjectRef(ObjectKind.SUBSCRIPTION, session.stripe_subscription_id)
        named = refresh(subscription, wait_seconds=_LEASE_WAIT_SECONDS).written.follow
    except (LeaseTaken, LeaseLost, StripeUnreachable):
        return CheckoutProgress(ProgressState.PROCESSING, intent)
    progress = _judge(intent, session)
    if progress.state == ProgressState.SETTLED:
        # The page that follows names the card and lists the first invoice.
        glance(shown(named), seconds=_GLANCE_SECONDS)
    return progress


def _judge(intent: CheckoutIntent, session: CheckoutSession) -> CheckoutProgress:
    """`complete` is not paid: what is fulfilled says `payment_status`."""
    if session.status in ("open", "expired"):
        return CheckoutProgress(ProgressState(session.status), intent)
    subscription = (
        Subscription.objects.filter(stripe_subscription_id=session.stripe_subscription_id)
        .exclude(status__in=_NOT_YET)
        .first()
    )
    if session.payment_status in _FULFILLED and subscription is not None:
        is_trial = subscription.status == SubscriptionStatus.TRIALING
        return CheckoutProgress(ProgressState.SETTLED, intent, is_trial=is_trial)
    return CheckoutProgress(ProgressState.PROCESSING, intent)
