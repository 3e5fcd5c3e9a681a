"""Coupons and codes as the tests of discounts make them."""

from typing import Any

from tests.stripe_sandbox.driver import Driver


def coupon(driver: Driver, **params: Any) -> Any:
    """A coupon for ever, a quarter off unless it says otherwise."""
    return driver.sdk().coupons.create(
        {"duration": "forever", **({} if "amount_off" in params else {"percent_off": 25}), **params}
    )


def code_for(driver: Driver, name: str, **params: Any) -> Any:
    """A code for this coupon."""
    return driver.sdk().promotion_codes.create({"promotion": {"type": "coupon", "coupon": name}, **params})
