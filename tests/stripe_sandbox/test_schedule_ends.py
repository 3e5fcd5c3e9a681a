"""How subscription schedules end: released, cancelled, announced, aborted."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.schedule_steps import downgrade, end_of, latest_invoice


def test_release_leaves_the_subscription_as_it_is(driver: Driver) -> None:
    old, new = driver.price(5000), driver.price(1000)
    subscription = driver.subscribe(driver.customer(), old)
    schedule = downgrade(driver, subscription, old, new)

    released = driver.sdk().subscription_schedules.release(schedule.id)
    driver.set_clock(end_of(subscription) + 7200)

    assert (released.status, released.released_subscription) == ("released", subscription.id)
    assert latest_invoice(driver).total == 5000
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().subscription_schedules.release(schedule.id)


def test_cancelled_schedule_ends_its_subscription(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})

    cancelled = driver.sdk().subscription_schedules.cancel(schedule.id, {"invoice_now": False, "prorate": False})

    assert cancelled.status == "canceled"
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "canceled"


def test_cancelled_subscription_ends_its_schedule(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})

    driver.sdk().subscriptions.cancel(subscription.id)

    assert driver.sdk().subscription_schedules.retrieve(schedule.id).status == "canceled"


def test_end_of_the_last_phase_is_announced(driver: Driver) -> None:
    old, new = driver.price(5000), driver.price(1000)
    subscription = driver.subscribe(driver.customer(), old)
    schedule = downgrade(driver, subscription, old, new)

    driver.set_clock(schedule.phases[-1].end_date - 7 * 86400 + 1)

    [event] = driver.events("subscription_schedule.expiring")
    assert event.data.object.id == schedule.id


def test_schedule_of_an_unpaid_subscription_is_aborted(driver: Driver) -> None:
    customer, old, new = driver.customer(), driver.price(5000), driver.price(1000)
    subscription = driver.subscribe(customer, old)
    schedule = downgrade(driver, subscription, old, new)
    failing = driver.sdk().payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    driver.sdk().subscriptions.update(subscription.id, {"default_payment_method": failing.id})
    driver.control("POST", "settings", {"retries": "fixed:1", "after_retries": "cancel"})

    driver.set_clock(end_of(subscription) + 3 * 86400)

    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "canceled"
    assert driver.sdk().subscription_schedules.retrieve(schedule.id).status == "canceled"
    assert "subscription_schedule.aborted" in driver.event_types()
