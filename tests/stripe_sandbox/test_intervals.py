"""How often a price may bill."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


@pytest.mark.parametrize(
    ("interval", "count"), [("year", 4), ("month", 37), ("week", 157), ("day", 1096), ("month", 0)]
)
def test_interval_that_stripe_does_not_bill_is_refused(driver: Driver, interval: str, count: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.price(1000, recurring={"interval": interval, "interval_count": count})

    assert caught.value.param == "recurring[interval_count]"


@pytest.mark.parametrize(("interval", "count"), [("year", 3), ("month", 36), ("week", 156)])
def test_three_years_are_the_longest_interval(driver: Driver, interval: str, count: int) -> None:
    price = driver.price(1000, recurring={"interval": interval, "interval_count": count})

    assert (price.recurring.interval, price.recurring.interval_count) == (interval, count)
