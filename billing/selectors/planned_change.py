"""Reads a change that waits for its period's end, as rules and pages see it."""

from billing.models import PlanChange
from billing.rules.scheduled_change import Planned


def planned_of(change: PlanChange) -> Planned:
    """A change as the rules see it; its prices should be loaded with the row."""
    return Planned(
        from_price_id=change.from_price.stripe_price_id if change.from_price else "",
        from_quantity=change.from_quantity,
        price_id=change.price.stripe_price_id,
        quantity=change.quantity,
        effective_at=change.effective_at or change.created_at,
    )
