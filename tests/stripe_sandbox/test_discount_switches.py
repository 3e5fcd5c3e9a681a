"""A discount that takes another's place is told of as one update."""

from typing import Any

import pytest

from tests.stripe_sandbox.driver import Driver

TYPES = [f"customer.discount.{word}" for word in ("created", "updated", "deleted")]


def coupon(driver: Driver, percent: int) -> str:
    return str(driver.sdk().coupons.create({"percent_off": percent, "duration": "forever"}).id)


def told(driver: Driver) -> list[Any]:
    return [event for event in driver.events() if event.type in TYPES]


def subscription_with(driver: Driver, *coupons: str) -> Any:
    discounts = [{"coupon": name} for name in coupons]
    return driver.subscribe(driver.customer(), driver.price(1000), discounts=discounts)


def test_a_switch_of_a_subscriptions_coupon_is_one_update(driver: Driver) -> None:
    first, second = coupon(driver, 20), coupon(driver, 30)
    subscription = subscription_with(driver, first)

    driver.sdk().subscriptions.update(subscription.id, {"discounts": [{"coupon": second}]})

    created, updated = told(driver)
    old = updated.data.previous_attributes.to_dict()
    assert (created.type, updated.type) == tuple(TYPES[:2])
    assert updated.data.object.source.coupon == second
    assert (old["id"], old["source"]) == (created.data.object.id, {"coupon": first})


def test_a_switch_of_a_customers_coupon_is_one_update(driver: Driver) -> None:
    customer = driver.customer()
    coupons = [coupon(driver, 20), coupon(driver, 30)]

    for name in coupons:
        assert driver.control("POST", "discounts", {"customer": customer.id, "coupon": name}).status == 200

    assert [event.type for event in told(driver)] == TYPES[:2]
    assert driver.sdk().customers.retrieve(customer.id).discount.source.coupon == coupons[1]


@pytest.mark.parametrize("replacements", [[20], [30, 40]])
def test_what_is_no_switch_is_an_end_and_a_beginning(driver: Driver, replacements: list[int]) -> None:
    coupons = {percent: coupon(driver, percent) for percent in (20, 30, 40)}
    subscription = subscription_with(driver, coupons[20])

    discounts = [{"coupon": coupons[percent]} for percent in replacements]
    driver.sdk().subscriptions.update(subscription.id, {"discounts": discounts})

    beginnings = ["customer.discount.created"] * len(replacements)
    assert [event.type for event in told(driver)][1:] == ["customer.discount.deleted", *beginnings]
