"""Test clocks: a customer's own time, moved by itself, with its own limits and its own end."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.receiver import Receiver

START = 1_900_000_000
DAY = 86_400


def clock_at(driver: Driver, moment: int = START) -> Any:
    return driver.sdk().test_helpers.test_clocks.create({"frozen_time": moment, "name": "a story"})


def subscriber(driver: Driver, clock_id: str, *, interval: str = "month") -> Any:
    """A subscription of a customer who lives on the clock."""
    customer = driver.sdk().customers.create({"test_clock": clock_id})
    method = driver.sdk().payment_methods.attach("pm_card_visa", {"customer": customer.id})
    product = driver.sdk().products.create({"name": "Plan"})
    price = driver.sdk().prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 1500, "recurring": {"interval": interval}}
    )
    return driver.sdk().subscriptions.create(
        {"customer": customer.id, "items": [{"price": price.id}], "default_payment_method": method.id}
    )


def advance(driver: Driver, clock_id: str, moment: int) -> Any:
    driver.sdk().test_helpers.test_clocks.advance(clock_id, {"frozen_time": moment})
    return driver.sdk().test_helpers.test_clocks.retrieve(clock_id)


def test_what_hangs_on_the_clock_is_made_at_its_moment(driver: Driver) -> None:
    clock = clock_at(driver)

    subscription = subscriber(driver, clock.id)

    invoice = driver.sdk().invoices.retrieve(subscription.latest_invoice)
    assert (subscription.created, subscription.test_clock) == (START, clock.id)
    assert (invoice.created, invoice.test_clock, invoice.status) == (START, clock.id, "paid")


def test_the_answer_says_advancing_and_the_next_look_ready(driver: Driver) -> None:
    clock = clock_at(driver)

    answer = driver.sdk().test_helpers.test_clocks.advance(clock.id, {"frozen_time": START + DAY})
    later = driver.sdk().test_helpers.test_clocks.retrieve(clock.id)

    assert answer.status == "advancing"
    assert (later.status, later.frozen_time) == ("ready", START + DAY)


def test_renewals_happen_on_the_clock_alone(driver: Driver, receiver: Receiver) -> None:
    clock = clock_at(driver)
    subscription = subscriber(driver, clock.id)
    common = driver.control("GET", "clock").body["now"]

    advance(driver, clock.id, START + 32 * DAY)

    invoices = driver.sdk().invoices.list({"subscription": subscription.id}).data
    assert [one.billing_reason for one in invoices] == ["subscription_cycle", "subscription_create"]
    assert invoices[0].status == "paid"
    assert driver.control("GET", "clock").body["now"] - common < 60
    assert "invoice.paid" in receiver.types


def test_common_time_does_not_renew_who_lives_on_a_clock(driver: Driver) -> None:
    clock = clock_at(driver)
    subscription = subscriber(driver, clock.id, interval="week")

    driver.advance("P29D")

    assert len(driver.sdk().invoices.list({"subscription": subscription.id}).data) == 1
    assert driver.sdk().test_helpers.test_clocks.retrieve(clock.id).frozen_time == START


def test_a_clock_goes_two_intervals_at_most(driver: Driver) -> None:
    clock = clock_at(driver)
    subscriber(driver, clock.id)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        advance(driver, clock.id, START + 70 * DAY)

    assert refused.value.param == "frozen_time"
    assert driver.sdk().test_helpers.test_clocks.retrieve(clock.id).frozen_time == START


def test_a_clock_goes_forward_only(driver: Driver) -> None:
    clock = clock_at(driver)

    with pytest.raises(stripe.InvalidRequestError):
        advance(driver, clock.id, START - 1)


def test_a_charge_is_settled_although_its_clock_stands_still(driver: Driver) -> None:
    subscription = subscriber(driver, clock_at(driver).id)

    driver.advance("PT10S")

    charge = driver.sdk().charges.list({"customer": subscription.customer}).data[0]
    assert charge.balance_transaction is not None


def test_one_step_or_many_lead_to_the_same(driver: Driver) -> None:
    first, second = clock_at(driver), clock_at(driver)
    one, other = subscriber(driver, first.id), subscriber(driver, second.id)

    advance(driver, first.id, START + 45 * DAY)
    for days in (3, 29, 31, 40, 45):
        advance(driver, second.id, START + days * DAY)

    seen = [
        [
            (invoice.created, invoice.status, invoice.total, invoice.status_transitions.paid_at)
            for invoice in driver.sdk().invoices.list({"subscription": subscription.id}).data
        ]
        for subscription in (one, other)
    ]
    assert seen[0] == seen[1]


def test_deleting_the_clock_ends_what_lives_on_it(driver: Driver) -> None:
    clock = clock_at(driver)
    subscription = subscriber(driver, clock.id)

    driver.sdk().test_helpers.test_clocks.delete(clock.id)

    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "canceled"
    assert driver.sdk().customers.retrieve(subscription.customer).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such test clock"):
        driver.sdk().test_helpers.test_clocks.retrieve(clock.id)


def test_a_clock_is_gone_after_thirty_days_of_common_time(driver: Driver) -> None:
    clock = clock_at(driver)

    driver.advance("P31D")

    with pytest.raises(stripe.InvalidRequestError, match="No such test clock"):
        driver.sdk().test_helpers.test_clocks.retrieve(clock.id)


def test_a_new_item_is_made_at_the_moment_of_its_clock(driver: Driver) -> None:
    subscription = subscriber(driver, clock_at(driver).id)
    item = driver.sdk().subscription_items.list({"subscription": subscription.id}).data[0]

    driver.sdk().subscription_items.update(item.id, {"quantity": 2})

    pending = driver.sdk().invoice_items.list({"customer": subscription.customer}).data
    assert {entry.date for entry in pending} == {START}


def test_an_unknown_clock_is_refused(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such test clock") as refused:
        driver.sdk().customers.create({"test_clock": "clock_1nowhere"})

    assert refused.value.param == "test_clock"
