"""What tests of planned changes share: a preview as the preview page leaves it, clicks, and a sweep."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from billing import clock
from billing.gateway.client import client
from billing.models import ChangePreview, PlanChange, Price, Subscription
from billing.services.follow_scheduled_change import settle_due_changes
from billing.services.preview_change import preview_change
from billing.services.schedule_plan_change import (
    resume_scheduled_changes,
    schedule_plan_change,
    undo_scheduled_change,
)
from billing.terms import ChangeBehaviour
from tests.billing.shop import Shop


def preview(shop: Shop, subscription: Subscription, price: Price, **changed: Any) -> ChangePreview:
    values = {"actor": shop.owner, "now": shop.now, "behaviour": ChangeBehaviour.PERIOD_END, **changed}
    return preview_change(shop.organization, lookup_key=price.lookup_key, **values)


def plan(shop: Shop, shown: ChangePreview, **changed: Any) -> PlanChange:
    values = {"request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return schedule_plan_change(shop.organization, preview_uuid=shown.uuid, **values)


def plan_down(shop: Shop, subscription: Subscription, **changed: Any) -> PlanChange:
    """From Scale to Growth at the period's end."""
    return plan(shop, preview(shop, subscription, shop.growth, **changed))


def undo(shop: Shop, **changed: Any) -> PlanChange:
    values = {"request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return undo_scheduled_change(shop.organization, **values)


def sweep(shop: Shop, *, minutes: int = 2) -> None:
    """As the worker does it, some minutes of system time later."""
    shop.work_off()
    settle_due_changes(shop.now)
    resume_scheduled_changes(clock.system_now() + timedelta(minutes=minutes))
    shop.work_off()


def at_stripe(subscription: Subscription) -> Any:
    return client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)


def schedules_at_stripe(*, status: str = "") -> list[Any]:
    found = client().v1.subscription_schedules.list().data
    return [schedule for schedule in found if not status or schedule["status"] == status]
