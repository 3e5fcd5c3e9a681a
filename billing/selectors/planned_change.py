"""Reads a change that waits for its period's end, as rules and pages see it."""

from dataclasses import dataclass
from datetime import datetime

from billing.models import PlanChange, Subscription
from billing.money import Money
from billing.rules.impact import Exceeded
from billing.rules.scheduled_change import Planned
from billing.selectors.impact import plan_impact
from billing.terms import ChangeBehaviour, PlanChangeState


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What will become of the plan, at `at` (UTC). Money is a period's, before tax.

    `is_settled` is False while Stripe has not been told of the plan, or of its being taken back.
    """

    from_plan: str
    to_plan: str
    lookup_key: str
    at: datetime
    before: Money
    after: Money
    exceeded: tuple[Exceeded, ...]
    is_settled: bool


def planned_of(change: PlanChange) -> Planned:
    """A change as the rules see it; its prices should be loaded with the row."""
    return Planned(
        from_price_id=change.from_price.stripe_price_id if change.from_price else "",
        from_quantity=change.from_quantity,
        price_id=change.price.stripe_price_id,
        quantity=change.quantity,
        effective_at=change.effective_at or change.created_at,
    )


def planned_change(subscription: Subscription) -> PlannedChange | None:
    """The change that waits for the end of this subscription's period, or None. One query where there is none."""
    change = (
        PlanChange.objects.filter(
            stripe_subscription_id=subscription.stripe_subscription_id,
            behaviour=ChangeBehaviour.PERIOD_END.value,
            state__in=[PlanChangeState.RECORDED.value, PlanChangeState.SCHEDULED.value],
        )
        .select_related("organization", "price__plan", "from_price__plan")
        .first()
    )
    if change is None or change.from_price is None or change.effective_at is None:
        return None
    before, after = change.from_price, change.price
    return PlannedChange(
        from_plan=before.plan.name,
        to_plan=after.plan.name,
        lookup_key=after.lookup_key,
        at=change.effective_at,
        before=Money(before.amount_minor * change.from_quantity, before.currency),
        after=Money(after.amount_minor * change.quantity, after.currency),
        exceeded=plan_impact(change.organization, before=before.plan, after=after.plan).exceeded,
        is_settled=change.state == PlanChangeState.SCHEDULED and not change.release_reason,
    )
