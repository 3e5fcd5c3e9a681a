"""Decides when time next acts on a subscription."""

from stripe_sandbox.engine import periods
from stripe_sandbox.store.unit import StripeObject, Unit

WILL_END_SECONDS = 3 * periods.DAY_SECONDS
LIVE = ("trialing", "active", "past_due", "unpaid", "incomplete", "paused")
ENDED = ("canceled", "incomplete_expired")


def plan_timers(unit: Unit, subscription: StripeObject) -> None:
    """Set when time next acts on this subscription: period or trial end, a set end, the notices before them."""
    sub_id = subscription["id"]
    for kind in ("subscription", "invoice_upcoming", "trial_will_end"):
        unit.unschedule(kind, sub_id)
    if subscription["status"] in ENDED or subscription["status"] in {"incomplete", "paused"}:
        return
    end = min(item["current_period_end"] for item in subscription["items"]["data"])
    cancel_at = subscription["cancel_at"]
    unit.schedule("subscription", sub_id, due_at=min(end, cancel_at) if cancel_at else end)
    will_renew = cancel_at is None or cancel_at > end
    if will_renew:
        upcoming_at = end - int(unit.settings["upcoming_days"]) * periods.DAY_SECONDS
        if upcoming_at > unit.now:
            unit.schedule("invoice_upcoming", sub_id, due_at=upcoming_at)
    if subscription["status"] == "trialing" and not subscription.get("_is_end_announced"):
        due_at = max(subscription["trial_end"] - WILL_END_SECONDS, unit.now)
        unit.schedule("trial_will_end", sub_id, due_at=due_at)


def period_end(subscription: StripeObject) -> int:
    """The end of the period that is paid for: the latest of its items'."""
    return int(max(item["current_period_end"] for item in subscription["items"]["data"]))
