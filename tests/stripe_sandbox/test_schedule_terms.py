"""What a schedule takes over from its subscription, and what a later phase keeps or ends: discounts, card, tax."""

import pytest

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.schedule_steps import end_of, latest_invoice, phase

MONTH = {"duration": {"interval": "month"}}


def test_discount_ends_with_the_last_phase_that_names_it(driver: Driver) -> None:
    coupon = driver.sdk().coupons.create({"percent_off": 50, "duration": "forever"})
    price = driver.price(5000)
    subscription = driver.subscribe(driver.customer(), price, discounts=[{"coupon": coupon.id}])
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})
    [present] = schedule.phases
    kept = [{"discount": subscription.discounts[0]}]
    phases = [
        phase(price, start_date=present.start_date, end_date=present.end_date, discounts=kept),
        phase(price, **MONTH),
    ]
    driver.sdk().subscription_schedules.update(schedule.id, {"phases": phases})

    driver.set_clock(end_of(subscription) + 7200)

    assert latest_invoice(driver).total == 5000
    assert driver.sdk().subscriptions.retrieve(subscription.id).discounts == []


def test_discount_that_a_phase_keeps_stays_the_same_one(driver: Driver) -> None:
    coupon = driver.sdk().coupons.create({"percent_off": 50, "duration": "repeating", "duration_in_months": 6})
    old, new = driver.price(5000), driver.price(2000)
    subscription = driver.subscribe(driver.customer(), old, discounts=[{"coupon": coupon.id}])
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})
    [present] = schedule.phases
    kept = [{"discount": subscription.discounts[0]}]
    phases = [
        phase(old, start_date=present.start_date, end_date=present.end_date, discounts=kept),
        phase(new, discounts=kept, **MONTH),
    ]
    driver.sdk().subscription_schedules.update(schedule.id, {"phases": phases})

    driver.set_clock(end_of(subscription) + 7200)

    assert latest_invoice(driver).total == 1000
    assert driver.sdk().subscriptions.retrieve(subscription.id).discounts == subscription.discounts
    assert driver.sdk().coupons.retrieve(coupon.id).times_redeemed == 1


def test_card_and_discount_of_a_direct_change_reach_the_current_phase_only(driver: Driver) -> None:
    customer, price = driver.customer(), driver.price(5000)
    subscription = driver.subscribe(customer, price)
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})
    [present] = schedule.phases
    phases = [phase(price, start_date=present.start_date, end_date=present.end_date), phase(price, **MONTH)]
    driver.sdk().subscription_schedules.update(schedule.id, {"phases": phases})
    card = driver.sdk().payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    coupon = driver.sdk().coupons.create({"percent_off": 50, "duration": "forever"})

    changed = driver.sdk().subscriptions.update(
        subscription.id, {"default_payment_method": card.id, "discounts": [{"coupon": coupon.id}]}
    )

    first, second = driver.sdk().subscription_schedules.retrieve(schedule.id).phases
    assert (first.default_payment_method, first.discounts[0].discount) == (card.id, changed.discounts[0])
    assert (second.default_payment_method, second.discounts) == (None, [])


@pytest.mark.parametrize(("wanted", "is_taxed"), [({}, True), ({"automatic_tax": {"enabled": False}}, False)])
def test_automatic_tax_goes_on_unless_a_phase_ends_it(driver: Driver, wanted: dict, is_taxed: bool) -> None:
    price = driver.price(5000)
    customer = driver.customer()
    driver.sdk().customers.update(customer.id, {"address": {"country": "FR"}})
    subscription = driver.subscribe(customer, price, automatic_tax={"enabled": True})
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})
    [present] = schedule.phases
    shown = {"automatic_tax": {"enabled": present.automatic_tax.enabled}}
    phases = [
        phase(price, start_date=present.start_date, end_date=present.end_date, **shown),
        phase(price, **MONTH, **wanted),
    ]
    driver.sdk().subscription_schedules.update(schedule.id, {"phases": phases})
    before = driver.sdk().subscriptions.retrieve(subscription.id).automatic_tax.enabled

    driver.set_clock(end_of(subscription) + 7200)

    assert before
    assert driver.sdk().subscriptions.retrieve(subscription.id).automatic_tax.enabled is is_taxed
