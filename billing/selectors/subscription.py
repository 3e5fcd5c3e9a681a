"""Reads the one subscription that an organization's pages are about."""

from django.conf import settings

from accounts.models import Organization
from billing.models import Subscription
from billing.terms import LIVE_SUBSCRIPTION_STATUSES


def live_subscriptions(organization: Organization) -> list[Subscription]:
    """Every subscription that can still cost money, the newest first. More than one is an alarm elsewhere."""
    return list(
        Subscription.objects.filter(
            organization=organization,
            livemode=settings.STRIPE_LIVE_MODE,
            status__in=LIVE_SUBSCRIPTION_STATUSES,
        ).order_by("-created_at")
    )


def current_subscription(organization: Organization) -> Subscription | None:
    """The newest live subscription, or None."""
    return next(iter(live_subscriptions(organization)), None)
