"""Parameters of a new subscription that cannot be, and those that the sandbox does not act on."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def test_the_same_price_twice_is_refused(driver: Driver) -> None:
    price = driver.price(1000)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(driver.customer(), price, items=[{"price": price.id}, {"price": price.id}])

    assert caught.value.param == "items"


def test_quantity_below_zero_is_refused(driver: Driver) -> None:
    price = driver.price(1000)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(driver.customer(), price, items=[{"price": price.id, "quantity": -1}])

    assert (caught.value.code, caught.value.param) == ("parameter_invalid_integer", "items[0][quantity]")


def test_classic_billing_is_refused_by_name(driver: Driver) -> None:
    price, customer = driver.price(1000), driver.customer()

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(customer, price, billing_mode={"type": "classic"})
    made = driver.subscribe(customer, price, billing_mode={"type": "flexible"})

    assert caught.value.param == "billing_mode"
    assert made.billing_mode.type == "flexible"
