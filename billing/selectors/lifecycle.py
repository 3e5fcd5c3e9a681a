"""Reads in which state an organization's subscription is, as the table of actions sees it; it decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.models import Organization
from billing.models import PlanChange, Subscription
from billing.rules.actions import SubscriptionState, state_of
from billing.selectors.subscription import current_subscription
from billing.selectors.trial import running_local_trial
from billing.terms import UNFINISHED_CHANGE_STATES, LifecycleState, PlanChangeState, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """`subscription` is the live one, or one whose first payment is unfinished; `change` is the pending one."""

    state: LifecycleState
    subscription: Subscription | None
    change: PlanChange | None


def lifecycle_of(organization: Organization, now: datetime) -> Lifecycle:
    """The state at `now` (business time). Four queries at most."""
    subscription = current_subscription(organization) or _incomplete(organization)
    change = pending_change(subscription) if subscription else None
    facts = SubscriptionState(
        status=_status(organization, subscription),
        cancel_at=subscription.cancel_at if subscription else None,
        is_collection_paused=bool(subscription and subscription.is_collection_paused),
        has_scheduled_change=change is not None and change.state == PlanChangeState.SCHEDULED,
        has_unpaid_change=change is not None and change.state == PlanChangeState.AWAITING_PAYMENT,
        has_local_trial=running_local_trial(organization, now) is not None,
    )
    return Lifecycle(state_of(facts, now=now), subscription, change)


def pending_change(subscription: Subscription) -> PlanChange | None:
    """The one change of this subscription that has not come to its end."""
    return (
        PlanChange.objects.filter(
            stripe_subscription_id=subscription.stripe_subscription_id, state__in=UNFINISHED_CHANGE_STATES
        )
        .select_related("price__plan", "from_price__plan")
        .first()
    )


def _incomplete(organization: Organization) -> Subscription | None:
    return (
        Subscription.objects.filter(
            organization=organization,
            livemode=settings.STRIPE_LIVE_MODE,
            status=SubscriptionStatus.INCOMPLETE.value,
        )
        .order_by("-created_at")
        .first()
    )


def _status(organization: Organization, subscription: Subscription | None) -> str:
    if subscription is not None:
        return subscription.status
    ended = Subscription.objects.filter(
        organization=organization, livemode=settings.STRIPE_LIVE_MODE, status=SubscriptionStatus.CANCELED.value
    )
    return SubscriptionStatus.CANCELED.value if ended.exists() else ""
