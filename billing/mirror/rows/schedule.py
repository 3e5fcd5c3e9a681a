"""Writes a subscription's schedule: what changes next, and when."""

from typing import Any

from django.conf import settings

from billing.mirror import shapes
from billing.mirror.rows.owner import ask_for_customer, organization_id_of
from billing.mirror.written import Change, Fetched, Written, status_change
from billing.models import SubscriptionSchedule
from billing.terms import ScheduleStatus


def write(fetched: Fetched) -> Written:
    if fetched.obj is None:
        return Written()
    rows = SubscriptionSchedule.objects.select_for_update()
    row = rows.filter(stripe_schedule_id=fetched.ref.stripe_id).first()
    row = row or SubscriptionSchedule(stripe_schedule_id=fetched.ref.stripe_id)
    before, planned = row.status, _planned(row)
    fill(row, fetched.obj)
    row.fetched_at = fetched.system_at
    row.save()
    return Written(
        row.organization_id,
        changes=(*status_change(before, row.status), *_plan_change(planned, _planned(row))),
        follow=ask_for_customer(row.stripe_customer_id, organization_id=row.organization_id),
    )


def fill(row: SubscriptionSchedule, obj: Any) -> None:
    """Set what Stripe says on a row, stored or not; saves nothing."""
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_customer_id = shapes.text(obj, "customer")
    row.organization_id = organization_id_of(row.stripe_customer_id)
    row.stripe_subscription_id = shapes.text(obj, "subscription") or shapes.text(obj, "released_subscription")
    row.status = shapes.text(obj, "status")
    row.end_behavior = shapes.text(obj, "end_behavior")
    row.current_phase_end = shapes.moment(obj, "current_phase", "end_date")
    item = shapes.value(_next_phase(obj), "items", 0)
    row.next_stripe_price_id = shapes.text(item, "price")
    row.next_quantity = shapes.value(item, "quantity")
    row.created_at = shapes.created_at(obj)
    row.ended_at = (
        shapes.moment(obj, "canceled_at") or shapes.moment(obj, "completed_at") or shapes.moment(obj, "released_at")
    )


def _planned(row: SubscriptionSchedule) -> str:
    """What the next phase brings, as the transitions of the aspect `next` name it."""
    return f"{row.next_stripe_price_id} x {row.next_quantity}" if row.next_stripe_price_id else "none"


def _plan_change(before: str, after: str) -> tuple[Change, ...]:
    return () if before == after else (Change(before, after, aspect="next"),)


def _next_phase(obj: Any) -> Any:
    """The phase that begins when the current one ends; before the schedule starts, its first."""
    begins = shapes.value(obj, "current_phase", "end_date")
    phases = shapes.value(obj, "phases") or []
    if begins is None:
        return phases[0] if phases and shapes.text(obj, "status") == ScheduleStatus.NOT_STARTED else None
    return next((phase for phase in phases if shapes.value(phase, "start_date") == begins), None)
