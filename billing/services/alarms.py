"""Reactions: what should not be, such as two live subscriptions, becomes a task for a person, never silence."""

from datetime import datetime

from accounts.models import Organization
from billing.models import Price, StaffTask, Subscription, Transition
from billing.selectors.subscription import live_subscriptions
from billing.terms import LIVE_SUBSCRIPTION_STATUSES


def alarm_second_subscription(transition: Transition, *, now: datetime) -> None:
    """Open a task when the organization pays for more than one subscription. Once per pair; safe to repeat."""
    organization = _organization(transition)
    if organization is None:
        return
    live = sorted(row.stripe_subscription_id for row in live_subscriptions(organization))
    if len(live) < 2:
        return
    StaffTask.objects.get_or_create(
        key=f"second_subscription:{':'.join(live[:3])}",
        defaults={
            "kind": "second_subscription",
            "organization": organization,
            "summary": f"{organization} has {len(live)} live subscriptions: {', '.join(live[:3])}",
        },
    )


def alarm_unknown_owner_or_price(transition: Transition, *, now: datetime) -> None:
    """Open a task when a live subscription belongs to nobody we know, or has a price that no plan has."""
    subscription = Subscription.objects.get(stripe_subscription_id=transition.stripe_id)
    if subscription.status not in LIVE_SUBSCRIPTION_STATUSES:
        return
    missing = []
    if subscription.organization_id is None:
        missing.append(f"customer {subscription.stripe_customer_id} is no organization of ours")
    if not Price.objects.filter(stripe_price_id=subscription.stripe_price_id).exists():
        missing.append(f"price {subscription.stripe_price_id or 'none'} is of no plan")
    for problem in missing:
        StaffTask.objects.get_or_create(
            key=f"unknown:{subscription.stripe_subscription_id}:{problem}"[:200],
            defaults={
                "kind": "unknown_subscription",
                "organization_id": subscription.organization_id,
                "summary": f"{subscription.stripe_subscription_id}: {problem}",
            },
        )


def open_failed_reaction(transition: Transition) -> None:
    """Open a task for a reaction that kept failing for a day; it is not tried again by itself."""
    StaffTask.objects.get_or_create(
        key=f"failed_reaction:{transition.pk}",
        defaults={
            "kind": "failed_reaction",
            "organization_id": transition.organization_id,
            "summary": f"What follows from {transition} could not be done for a day",
        },
    )


def _organization(transition: Transition) -> Organization | None:
    subscription = Subscription.objects.select_related("organization").get(
        stripe_subscription_id=transition.stripe_id
    )
    return subscription.organization
