"""Subscription schedules: phases that follow one another on a subscription."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.schedule_steps import downgrade, end_of, latest_invoice, phase


def test_schedule_of_a_subscription_mirrors_its_period(driver: Driver) -> None:
    price = driver.price()
    subscription = driver.subscribe(driver.customer(), price)

    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})

    [present] = schedule.phases
    [item] = subscription["items"].data
    assert (schedule.status, schedule.end_behavior, schedule.subscription) == ("active", "release", subscription.id)
    assert (present.start_date, present.end_date) == (item.current_period_start, item.current_period_end)
    assert (present["items"][0].price, present["items"][0].quantity) == (price.id, 1)
    assert driver.sdk().subscriptions.retrieve(subscription.id).schedule == schedule.id


def test_downgrade_takes_effect_with_the_renewal(driver: Driver) -> None:
    old, new = driver.price(5000), driver.price(1000)
    subscription = driver.subscribe(driver.customer(), old)
    schedule = downgrade(driver, subscription, old, new)

    before = driver.sdk().subscriptions.retrieve(subscription.id)
    driver.set_clock(end_of(subscription) + 7200)

    after = driver.sdk().subscriptions.retrieve(subscription.id)
    assert before["items"].data[0].price.id == old.id
    assert after["items"].data[0].price.id == new.id
    assert [line.amount for line in latest_invoice(driver).lines.data] == [1000]
    found = driver.sdk().subscription_schedules.retrieve(schedule.id)
    assert found.current_phase.start_date == end_of(subscription)
    assert driver.sdk().invoice_items.list().data == []


def test_change_to_a_yearly_price_bills_a_whole_year(driver: Driver) -> None:
    old, new = driver.price(5000), driver.price(50000, interval="year")
    subscription = driver.subscribe(driver.customer(), old)
    downgrade(driver, subscription, old, new)

    driver.set_clock(end_of(subscription) + 7200)

    [item] = driver.sdk().subscriptions.retrieve(subscription.id)["items"].data
    assert [line.amount for line in latest_invoice(driver).lines.data] == [50000]
    assert item.current_period_start == end_of(subscription)
    assert item.current_period_end - item.current_period_start >= 365 * 86400


def test_schedule_lets_its_subscription_go_after_the_last_phase(driver: Driver) -> None:
    old, new = driver.price(5000), driver.price(1000)
    subscription = driver.subscribe(driver.customer(), old)
    schedule = downgrade(driver, subscription, old, new)

    driver.advance("P70D")

    found = driver.sdk().subscription_schedules.retrieve(schedule.id)
    running = driver.sdk().subscriptions.retrieve(subscription.id)
    assert (found.status, found.released_subscription, found.subscription) == ("released", subscription.id, None)
    assert (running.status, running.schedule) == ("active", None)
    assert "subscription_schedule.released" in driver.event_types()


def test_schedule_may_end_its_subscription(driver: Driver) -> None:
    old, new = driver.price(5000), driver.price(1000)
    subscription = driver.subscribe(driver.customer(), old)
    schedule = downgrade(driver, subscription, old, new, end_behavior="cancel")

    driver.advance("P70D")

    assert driver.sdk().subscription_schedules.retrieve(schedule.id).status == "completed"
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "canceled"
    assert [invoice.total for invoice in driver.sdk().invoices.list().data] == [1000, 5000]


def test_schedule_that_begins_now_makes_its_subscription(driver: Driver) -> None:
    customer, price = driver.customer(), driver.price(1500)

    schedule = driver.sdk().subscription_schedules.create(
        {"customer": customer.id, "start_date": "now", "phases": [phase(price)], "expand": ["subscription"]}
    )

    assert (schedule.status, schedule.subscription.status) == ("active", "active")
    assert schedule.subscription.schedule == schedule.id
    assert latest_invoice(driver).total == 1500


def test_schedule_that_begins_later_waits(driver: Driver) -> None:
    customer, price = driver.customer(), driver.price(1500)
    begins_at = int(driver.control("GET", "clock").body["now"]) + 5 * 86400

    schedule = driver.sdk().subscription_schedules.create(
        {"customer": customer.id, "start_date": begins_at, "phases": [phase(price)]}
    )
    driver.set_clock(begins_at + 1)

    found = driver.sdk().subscription_schedules.retrieve(schedule.id)
    assert (schedule.status, schedule.subscription, schedule.current_phase) == ("not_started", None, None)
    assert (found.status, found.current_phase.start_date) == ("active", begins_at)
    assert driver.sdk().subscriptions.retrieve(found.subscription).start_date == begins_at


def test_phase_within_a_period_is_prorated(driver: Driver) -> None:
    customer = driver.customer()
    old, new = driver.price(1000), driver.price(3000)
    subscription = driver.subscribe(customer, old)
    [item] = subscription["items"].data
    half = (item.current_period_start + item.current_period_end) // 2
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})
    phases = [phase(old, start_date=item.current_period_start, end_date=half), phase(new)]
    driver.sdk().subscription_schedules.update(schedule.id, {"phases": phases})

    driver.set_clock(half)

    waiting = driver.sdk().invoice_items.list({"customer": customer.id, "pending": True}).data
    assert sorted(entry.amount for entry in waiting) == [-500, 1500]
    assert driver.sdk().subscription_items.retrieve(item.id).price.id == new.id


def test_change_of_the_current_phase_applies_at_once(driver: Driver) -> None:
    old, new = driver.price(1000), driver.price(3000)
    subscription = driver.subscribe(driver.customer(), old)
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})

    driver.sdk().subscription_schedules.update(
        schedule.id,
        {
            "phases": [phase(new, start_date=schedule.phases[0].start_date, end_date=end_of(subscription))],
            "proration_behavior": "none",
        },
    )

    assert driver.sdk().subscriptions.retrieve(subscription.id)["items"].data[0].price.id == new.id
    assert driver.sdk().invoice_items.list().data == []


def test_direct_change_is_written_into_the_current_phase(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})

    driver.sdk().subscription_items.update(subscription["items"].data[0].id, {"quantity": 5})

    found = driver.sdk().subscription_schedules.retrieve(schedule.id)
    assert found.phases[0]["items"][0].quantity == 5


def test_end_of_a_scheduled_subscription_is_the_schedules_matter(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})

    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        driver.sdk().subscriptions.update(subscription.id, {"cancel_at_period_end": True})


def test_phase_may_bring_a_coupon(driver: Driver) -> None:
    price = driver.price(5000)
    coupon = driver.sdk().coupons.create({"percent_off": 50, "duration": "forever"})
    subscription = driver.subscribe(driver.customer(), price)
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})
    [present] = schedule.phases
    phases = [
        phase(price, start_date=present.start_date, end_date=present.end_date),
        phase(price, discounts=[{"coupon": coupon.id}]),
    ]
    driver.sdk().subscription_schedules.update(schedule.id, {"phases": phases})

    driver.set_clock(end_of(subscription) + 7200)

    assert latest_invoice(driver).total == 2500
