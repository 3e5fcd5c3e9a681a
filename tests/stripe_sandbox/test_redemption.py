"""Coupons and codes that may not be redeemed: used up, restricted, of another customer or currency."""

import pytest
import stripe

from tests.stripe_sandbox.deals import code_for, coupon
from tests.stripe_sandbox.driver import Driver


def test_used_up_coupon_is_refused(driver: Driver) -> None:
    deal = coupon(driver, max_redemptions=1)
    driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}])

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}])

    assert (caught.value.code, caught.value.param) == ("coupon_expired", "discounts[0][coupon]")
    assert not driver.sdk().coupons.retrieve(deal.id).valid


@pytest.mark.parametrize(
    "rules",
    [
        {"restrictions": {"minimum_amount": 2000, "minimum_amount_currency": "usd"}},
        {"restrictions": {"first_time_transaction": True}},
        {"active": False},
    ],
)
def test_restricted_code_is_refused(driver: Driver, rules: dict) -> None:
    customer, price = driver.customer(), driver.price(1000)
    driver.subscribe(customer, price)
    code = code_for(driver, coupon(driver).id, **rules)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(customer, price, discounts=[{"promotion_code": code.id}])

    assert caught.value.param == "discounts[0][promotion_code]"


def test_code_of_one_customer_is_refused_to_another(driver: Driver) -> None:
    owner, other = driver.customer(), driver.customer()
    code = code_for(driver, coupon(driver).id, customer=owner.id)

    with pytest.raises(stripe.InvalidRequestError, match="cannot be redeemed"):
        driver.subscribe(other, driver.price(1000), discounts=[{"promotion_code": code.id}])

    assert driver.subscribe(owner, driver.price(1000), discounts=[{"promotion_code": code.id}]).discounts


def test_amount_in_another_currency_is_refused(driver: Driver) -> None:
    deal = coupon(driver, amount_off=5000, currency="eur")

    with pytest.raises(stripe.InvalidRequestError, match="eur"):
        driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}])
