"""Steps that tests of subscription schedules share."""

from typing import Any

from tests.stripe_sandbox.driver import Driver


def end_of(subscription: Any) -> int:
    end: int = subscription["items"].data[0].current_period_end
    return end


def phase(price: Any, **values: Any) -> dict[str, Any]:
    return {"items": [{"price": price.id, "quantity": 1}], **values}


def latest_invoice(driver: Driver) -> Any:
    return driver.sdk().invoices.list({"limit": 1}).data[0]


def downgrade(driver: Driver, subscription: Any, old: Any, new: Any, **values: Any) -> Any:
    """A schedule that lets the present period run out at the old price and goes on at the new one."""
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})
    [present] = schedule.phases
    phases = [
        phase(old, start_date=present.start_date, end_date=present.end_date),
        phase(new, proration_behavior="none", duration={"interval": "month", "interval_count": 1}),
    ]
    return driver.sdk().subscription_schedules.update(schedule.id, {"phases": phases, **values})
