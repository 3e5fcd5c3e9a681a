"""Gathers the page on which a customer chooses another plan: what is on sale, and what they have."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organization
from billing.errors import InvalidInput, NoSubscription
from billing.models import Price
from billing.money import Money
from billing.rules.actions import require
from billing.rules.plan_change import Side, direction_of
from billing.selectors.catalogue import OfferedPlan, OfferedPrice, offered_plans
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.planned_change import PlannedChange, planned_change
from billing.terms import ChangeDirection, Interval, SubscriptionAction


@dataclass(frozen=True, slots=True)
class Target:
    """One plan of the page; `price` is None where it is not sold like this. `is_current` is plan and interval."""

    plan: OfferedPlan
    price: OfferedPrice | None
    is_current: bool
    is_current_plan: bool
    direction: ChangeDirection


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """`current_price` is one period's, before tax, at the price that the customer has, sold or not."""

    targets: tuple[Target, ...]
    interval: Interval
    currency: str
    current_name: str
    current_price: Money | None
    current_interval: str
    is_trial: bool
    planned: PlannedChange | None


def plan_choice(organization: Organization, *, interval: str, now: datetime) -> PlanChoice:
    """The page at `now` (business time); `interval` is `month`, `year` or empty for the present one.

    Raises what the table of actions says of a change of plan, and InvalidInput for another interval.
    """
    lifecycle = lifecycle_of(organization, now)
    require(SubscriptionAction.CHANGE_PLAN, lifecycle.state)
    subscription = lifecycle.subscription
    if subscription is None:
        raise NoSubscription()
    current = Price.objects.select_related("plan").filter(stripe_price_id=subscription.stripe_price_id).first()
    if interval and interval not in list(Interval):
        raise InvalidInput("Prices are by the month or by the year.", field="interval")
    chosen = Interval(interval or (current.interval if current else Interval.MONTH))
    return PlanChoice(
        targets=tuple(
            _target(plan, current=current, interval=chosen, currency=subscription.currency)
            for plan in offered_plans()
        ),
        interval=chosen,
        currency=subscription.currency,
        current_name=current.plan.name if current else "Your plan",
        current_price=Money(current.amount_minor * subscription.quantity, current.currency) if current else None,
        current_interval=current.interval if current else "",
        is_trial=subscription.trial_end is not None and subscription.trial_end > now,
        planned=planned_change(subscription),
    )


def _target(plan: OfferedPlan, *, current: Price | None, interval: Interval, currency: str) -> Target:
    is_current_plan = current is not None and plan.code == current.plan.code
    direction = ChangeDirection.UP
    if current is not None:
        direction = direction_of(Side(current.plan.rank, Interval(current.interval)), Side(plan.rank, interval))
    return Target(
        plan=plan,
        price=plan.price(interval=interval, currency=currency),
        is_current=is_current_plan and current is not None and current.interval == interval,
        is_current_plan=is_current_plan,
        direction=direction,
    )
