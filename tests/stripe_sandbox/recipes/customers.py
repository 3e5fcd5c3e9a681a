"""Recipes of customers, their payment methods and their discounts."""

from typing import Any

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.recipes.table import DESCRIPTION, NOTE, recipe

NO_COUPON_PARAMETER = "customers take no `coupon` at this API version: a subscription of theirs takes the discount"


@recipe("customer.created")
def created(driver: Driver) -> Any:
    return driver.sdk().customers.create({"description": DESCRIPTION})


@recipe("customer.updated")
def updated(driver: Driver) -> Any:
    return driver.sdk().customers.update(created(driver).id, NOTE)


@recipe("customer.deleted")
def deleted(driver: Driver) -> Any:
    customer = created(driver)
    driver.sdk().customers.delete(customer.id)
    return customer


@recipe("payment_method.attached")
def attached(driver: Driver) -> Any:
    return driver.sdk().payment_methods.attach("pm_card_visa", {"customer": created(driver).id})


@recipe("payment_method.detached")
def detached(driver: Driver) -> Any:
    return driver.sdk().payment_methods.detach(attached(driver).id)


@recipe("payment_method.updated")
def method_updated(driver: Driver) -> Any:
    values = {"customer": created(driver).id, "payment_method": "pm_card_visa", "confirm": True}
    setup = driver.sdk().setup_intents.create({**values, "description": DESCRIPTION})
    return driver.sdk().payment_methods.update(setup.payment_method, NOTE)


def _discounted(driver: Driver) -> Any:
    """A subscription with a fifth off; its discounts expanded."""
    coupon = driver.sdk().coupons.create({"percent_off": 20, "duration": "forever"})
    more = {"discounts": [{"coupon": coupon.id}], "expand": ["discounts"]}
    return driver.subscribe(driver.customer(), driver.price(1500), **more)


@recipe("customer.discount.created", differs=NO_COUPON_PARAMETER)
def discount_created(driver: Driver) -> Any:
    return _discounted(driver).discounts[0]


@recipe("customer.discount.deleted", differs=NO_COUPON_PARAMETER)
def discount_deleted(driver: Driver) -> Any:
    subscription = _discounted(driver)
    driver.sdk().subscriptions.update(subscription.id, {"discounts": ""})
    return subscription.discounts[0]


@recipe("customer.discount.updated", differs=NO_COUPON_PARAMETER)
def discount_updated(driver: Driver) -> Any:
    subscription = _discounted(driver)
    other = driver.sdk().coupons.create({"percent_off": 30, "duration": "forever"})
    change = {"discounts": [{"coupon": other.id}], "expand": ["discounts"]}
    return driver.sdk().subscriptions.update(subscription.id, change).discounts[0]
