"""Checkout of prices that bill usage."""

import pytest
import stripe

from stripe_sandbox.hosted import checkout
from tests.stripe_sandbox.driver import Driver, card
from tests.stripe_sandbox.metering import billed, meter, metered_price, use
from tests.stripe_sandbox.test_checkout import start


def test_checkout_sells_usage_without_taking_money(driver: Driver) -> None:
    price, customer = metered_price(driver, meter(driver)), driver.customer(None)
    session = start(driver, customer=customer.id, line_items=[{"price": price.id}])

    checkout.submit(driver.sandbox, session.id, card=card())
    made = driver.sdk().subscriptions.list().data[0]
    use(driver, customer, 60)
    driver.advance("P40D")

    assert (session.amount_total, made.status, made.latest_invoice) == (0, "active", None)
    assert billed(driver, made) == [(120, 60.0)]
    assert driver.sdk().charges.list().data[0].amount == 120


def test_checkout_refuses_a_quantity_of_usage(driver: Driver) -> None:
    line = {"price": metered_price(driver, meter(driver)).id, "quantity": 1}

    with pytest.raises(stripe.InvalidRequestError, match="Quantity should not be specified where usage_type is"):
        start(driver, customer=driver.customer(None).id, line_items=[line])
