"""Reactions: what should not be, such as two live subscriptions, becomes a task for a person, never silence."""

from datetime import datetime

from billing.models import Price, Subscription, Transition, open_staff_task
from billing.selectors.invariants import OWN_TASKS
from billing.selectors.subscription import live_subscriptions
from billing.terms import LIVE_SUBSCRIPTION_STATUSES


def alarm_second_subscription(transition: Transition, *, now: datetime) -> None:
    """Open a task when the organization pays for more than one subscription. Once per pair; safe to repeat."""
    organization = _subscription(transition).organization
    if organization is None:
        return
    live = sorted(row.stripe_subscription_id for row in live_subscriptions(organization))
    if len(live) < 2:
        return
    open_staff_task(
        "second_subscription",
        about=":".join(live[:3]),
        organization_id=organization.pk,
        summary=f"{organization} has {len(live)} live subscriptions: {', '.join(live[:3])}",
    )


def alarm_unknown_owner_or_price(transition: Transition, *, now: datetime) -> None:
    """Open a task when a live subscription belongs to nobody we know, or has a price that no plan has."""
    subscription = _subscription(transition)
    if subscription.status not in LIVE_SUBSCRIPTION_STATUSES:
        return
    missing = []
    if subscription.organization_id is None:
        missing.append(f"customer {subscription.stripe_customer_id} is no organization of ours")
    if not Price.objects.filter(stripe_price_id=subscription.stripe_price_id).exists():
        missing.append(f"price {subscription.stripe_price_id or 'none'} is of no plan")
    for problem in missing:
        open_staff_task(
            "unknown_subscription",
            about=f"{subscription.stripe_subscription_id}:{problem}",
            organization_id=subscription.organization_id,
            summary=f"{subscription.stripe_subscription_id}: {problem}",
        )


def open_failed_reaction(transition: Transition) -> None:
    """Open a task for a reaction that kept failing for a day; it is not tried again by itself."""
    open_staff_task(
        "failed_reaction",
        about=str(transition.pk),
        organization_id=transition.organization_id,
        summary=f"What follows from {transition} could not be done for a day",
    )


def alarm_missed_deliveries(count: int, *, now: datetime) -> None:
    """Open a task, one a day, when events were found that Stripe had not delivered. `now` is system time."""
    open_staff_task(
        "missed_deliveries",
        about=f"{now:%Y-%m-%d}",
        summary=f"{count} events had not come by webhook and were fetched: check the endpoint in Stripe's dashboard",
    )


def alarm_skewed_clock(*, now: datetime) -> None:
    """Open a task, one a day, when signed deliveries are refused for their time. `now` is system time."""
    open_staff_task(
        "skewed_clock",
        about=f"{now:%Y-%m-%d}",
        summary="Signed deliveries are refused because they are dated too far off: check this machine's clock",
    )


def alarm_parked_event(*, state: str, reason: str, event_id: str, now: datetime) -> None:
    """Open a task for an event that is kept but not applied, one a cause and day. `now` is system time."""
    open_staff_task(
        "parked_event",
        about=f"{now:%Y-%m-%d}:{state}:{reason.split(':')[0][:80]}",
        summary=f"Events such as {event_id} are {state}: {reason}",
    )


def alarm_unreachable_past(since: datetime) -> None:
    """Open a task when nobody has looked for longer than Stripe keeps events."""
    open_staff_task(
        "unreachable_past",
        about=f"{since:%Y-%m-%d}",
        summary=f"Events since {since:%d %B %Y} may be lost: Stripe keeps them for 30 days. Run billing_repair",
    )


def alarm_broken_invariant(name: str, *, says: str, count: int, sample: tuple[str, ...], now: datetime) -> None:
    """Open a task, one a day and invariant, with a few of the ids that break it. `now` is system time."""
    open_staff_task(
        OWN_TASKS,
        about=f"{name}:{now:%Y-%m-%d}",
        summary=f"{count} against “{says}”: {', '.join(sample[:3])} (manage.py check_invariants)",
    )


def _subscription(transition: Transition) -> Subscription:
    return Subscription.objects.select_related("organization").get(stripe_subscription_id=transition.stripe_id)
