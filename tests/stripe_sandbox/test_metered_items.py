"""Items that bill usage have no quantity, and their prices a meter."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.metering import billed, meter, metered_price, subscribe, use


def test_an_item_loses_and_regains_its_quantity_with_its_price(driver: Driver) -> None:
    licensed, price = driver.price(2500), metered_price(driver, meter(driver))
    made, _ = subscribe(driver, licensed)
    item = made["items"].data[0].id

    metered = driver.sdk().subscriptions.update(made.id, {"items": [{"id": item, "price": price.id}]})
    back = driver.sdk().subscriptions.update(made.id, {"items": [{"id": item, "price": licensed.id}]})

    assert (metered["items"].data[0].quantity, back["items"].data[0].quantity) == (None, 1)


def test_a_quantity_of_a_metered_price_is_refused(driver: Driver) -> None:
    price = metered_price(driver, meter(driver))
    made, customer = subscribe(driver, price)
    item = made["items"].data[0].id
    subscriptions = driver.sdk().subscriptions

    for call in (
        lambda: subscriptions.create({"customer": customer.id, "items": [{"price": price.id, "quantity": 2}]}),
        lambda: subscriptions.update(made.id, {"items": [{"id": item, "quantity": 2}]}),
        lambda: driver.sdk().subscription_items.update(item, {"quantity": 2}),
    ):
        with pytest.raises(stripe.InvalidRequestError, match="You cannot set the quantity for metered plans."):
            call()


@pytest.mark.parametrize(
    "recurring",
    [
        {"usage_type": "metered"},
        {"usage_type": "licensed", "meter": "{meter}"},
        {"usage_type": "metered", "meter": "off"},
    ],
)
def test_a_metered_price_needs_an_active_meter(driver: Driver, recurring: dict[str, str]) -> None:
    on, off = meter(driver), meter(driver, "off")
    driver.sdk().billing.meters.deactivate(off.id)
    names = {"{meter}": on.id, "off": off.id}
    sent = {"interval": "month", **{key: names.get(value, value) for key, value in recurring.items()}}
    product = driver.sdk().products.create({"name": "Calls"})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().prices.create({"product": product.id, "currency": "usd", "unit_amount": 1, "recurring": sent})

    assert caught.value.param == "recurring[meter]"


def test_a_schedule_leads_from_a_licence_to_usage(driver: Driver) -> None:
    licensed, price = driver.price(2500), metered_price(driver, meter(driver))
    made, customer = subscribe(driver, licensed)
    schedules = driver.sdk().subscription_schedules
    schedule = schedules.create({"from_subscription": made.id})
    now = schedule.phases[0]
    phases = [
        {"start_date": now.start_date, "end_date": now.end_date, "items": [{"price": licensed.id, "quantity": 1}]},
        {"items": [{"price": price.id}]},
    ]

    schedules.update(schedule.id, {"phases": phases})
    driver.set_clock(now.end_date + 60)
    use(driver, customer, 60)
    driver.advance("P40D")

    assert billed(driver, made) == [(2500, 1.0), (120, 60.0)]


@pytest.mark.parametrize(("behavior", "lines"), [("create_prorations", [(120, 60.0)]), ("none", [])])
def test_a_schedule_leads_from_usage_to_a_licence(driver: Driver, behavior: str, lines: list[tuple]) -> None:
    licensed, price = driver.price(2500), metered_price(driver, meter(driver))
    made, customer = subscribe(driver, price)
    schedules = driver.sdk().subscription_schedules
    schedule = schedules.create({"from_subscription": made.id})
    now = schedule.phases[0]
    phases = [
        {"start_date": now.start_date, "end_date": now.end_date, "items": [{"price": price.id}]},
        {"items": [{"price": licensed.id}], "proration_behavior": behavior},
    ]

    schedules.update(schedule.id, {"phases": phases})
    use(driver, customer, 60)
    driver.set_clock(now.end_date + 2 * 3600)

    assert billed(driver, made) == [*lines, (2500, 1.0)]


def test_a_schedule_that_ends_its_subscription_bills_the_last_usage(driver: Driver) -> None:
    price, customer = metered_price(driver, meter(driver)), driver.customer()
    phase = {"items": [{"price": price.id}], "duration": {"interval": "month"}}
    schedule = driver.sdk().subscription_schedules.create(
        {"customer": customer.id, "start_date": "now", "end_behavior": "cancel", "phases": [phase]}
    )
    use(driver, customer, 60)

    driver.advance("P40D")

    made = driver.sdk().subscriptions.retrieve(schedule.subscription)
    assert (made.status, billed(driver, made)) == ("canceled", [(120, 60.0)])
