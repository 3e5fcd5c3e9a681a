"""Decides the states of a subscription schedule; what a phase does to the subscription is `schedules`."""

from typing import Any

from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

OPEN = ("not_started", "active")
TIMER = "schedule_phase"
NOTICE_TIMER = "schedule_expiring"
NOTICE_SECONDS = 7 * 86400


def schedule_of(unit: Unit, subscription: StripeObject) -> StripeObject | None:
    """The schedule that manages this subscription, or None."""
    name = subscription["schedule"]
    return None if name is None else unit.get("subscription_schedule", name)


def phase_items(subscription: StripeObject) -> list[dict[str, Any]]:
    """The subscription's present items as a phase names them."""
    return [
        {
            **phase_item(item["price"]["id"], item["quantity"], item["metadata"]),
            "tax_rates": list(item["tax_rates"] or []),
        }
        for item in subscription["items"]["data"]
    ]


def phase_item(price_id: str, quantity: int | None, metadata: dict[str, str]) -> dict[str, Any]:
    """One item of a phase."""
    return {
        "billing_thresholds": None,
        "discounts": [],
        "metadata": dict(metadata),
        "plan": price_id,
        "price": price_id,
        "quantity": quantity,
        "tax_rates": [],
    }


def phase(subscription: StripeObject, *, start: int, end: int) -> dict[str, Any]:
    """A phase equal to what the subscription is now."""
    return blank(
        "subscription_schedule_phase",
        automatic_tax=dict(subscription["automatic_tax"]),
        collection_method=subscription["collection_method"],
        currency=subscription["currency"],
        default_payment_method=subscription["default_payment_method"],
        default_tax_rates=list(subscription["default_tax_rates"] or []),
        description=subscription["description"],
        discounts=[{"coupon": None, "discount": name, "promotion_code": None} for name in subscription["discounts"]],
        invoice_settings=_mailed(subscription),
        items=phase_items(subscription),
        metadata=dict(subscription["metadata"]),
        trial_end=subscription["trial_end"],
        start_date=start,
        end_date=end,
    )


def _mailed(subscription: StripeObject) -> dict[str, Any] | None:
    days = subscription["days_until_due"]
    return None if days is None else {"account_tax_ids": None, "days_until_due": days, "issuer": None}


def enter(unit: Unit, schedule: StripeObject, current: dict[str, Any]) -> None:
    """Make this the current phase and wait for its end."""
    schedule.update(
        status="active", current_phase={"start_date": current["start_date"], "end_date": current["end_date"]}
    )
    unit.schedule(TIMER, schedule["id"], due_at=current["end_date"])
    notice_at = schedule["phases"][-1]["end_date"] - NOTICE_SECONDS
    unit.unschedule(NOTICE_TIMER, schedule["id"])
    if notice_at > unit.now:
        unit.schedule(NOTICE_TIMER, schedule["id"], due_at=notice_at)


def announce_end(unit: Unit, schedule_id: str) -> None:
    """Timer: the last phase ends in seven days (the span is assumed)."""
    unit.emit("subscription_schedule.expiring", unit.get("subscription_schedule", schedule_id))


def current(schedule: StripeObject) -> dict[str, Any] | None:
    """The phase that runs, or None."""
    running = schedule["current_phase"]
    if running is None:
        return None
    return next((each for each in schedule["phases"] if each["start_date"] == running["start_date"]), None)


FOLLOWED = ("items", "discounts", "default_payment_method")


def follow(unit: Unit, subscription: StripeObject) -> None:
    """Write a direct change of the subscription into the current phase, and into no later one (assumed).

    Of metadata it is documented that they are not followed.
    """
    schedule = schedule_of(unit, subscription)
    running = current(schedule) if schedule is not None else None
    if schedule is not None and running is not None:
        known = phase(subscription, start=running["start_date"], end=running["end_date"])
        running.update({key: known[key] for key in FOLLOWED})
        unit.emit("subscription_schedule.updated", schedule)


def release(unit: Unit, schedule: StripeObject, subscription: StripeObject | None) -> None:
    """Let the subscription go on without the schedule. The caller emits the subscription's event."""
    _stop(unit, schedule)
    schedule.update(status="released", released_at=unit.now, current_phase=None)
    if subscription is not None:
        schedule.update(released_subscription=subscription["id"], subscription=None)
        subscription["schedule"] = None
    unit.emit("subscription_schedule.released", schedule)


def complete(unit: Unit, schedule: StripeObject) -> None:
    """The last phase has ended, and the subscription with it."""
    _stop(unit, schedule)
    schedule.update(status="completed", completed_at=unit.now, current_phase=None)
    unit.emit("subscription_schedule.completed", schedule)


def cancel(unit: Unit, schedule: StripeObject, *, is_aborted: bool = False) -> None:
    """End the schedule before its time; the subscription is the caller's. Aborted: because it was not paid."""
    _stop(unit, schedule)
    schedule.update(status="canceled", canceled_at=unit.now, current_phase=None)
    unit.emit(f"subscription_schedule.{'aborted' if is_aborted else 'canceled'}", schedule)


def _stop(unit: Unit, schedule: StripeObject) -> None:
    for kind in (TIMER, NOTICE_TIMER):
        unit.unschedule(kind, schedule["id"])


def cancel_with(unit: Unit, subscription: StripeObject, *, is_aborted: bool = False) -> None:
    """The subscription has ended by itself: its schedule ends too."""
    schedule = schedule_of(unit, subscription)
    if schedule is not None and schedule["status"] in OPEN:
        cancel(unit, schedule, is_aborted=is_aborted)
