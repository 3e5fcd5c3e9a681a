"""Prices by tiers and in packages: what a quantity comes to on invoices, changes and in checkout."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.hosted import checkout
from tests.stripe_sandbox.driver import Driver, card
from tests.stripe_sandbox.test_checkout import start

TIERS = [{"up_to": 5, "unit_amount": 1000, "flat_amount": 300}, {"up_to": "inf", "unit_amount": 700}]


def tiered(driver: Driver, mode: str, tiers: list[dict] | None = None) -> Any:
    return driver.sdk().prices.create(
        {
            "product": driver.price().product,
            "currency": "usd",
            "recurring": {"interval": "month"},
            "billing_scheme": "tiered",
            "tiers_mode": mode,
            "tiers": tiers or TIERS,
            "expand": ["tiers"],
        }
    )


def billed(driver: Driver, price: Any, quantity: int) -> Any:
    made = driver.sdk().subscriptions.create(
        {
            "customer": driver.customer().id,
            "items": [{"price": price.id, "quantity": quantity}],
            "expand": ["latest_invoice"],
        }
    )
    return made.latest_invoice


def test_tiered_price_shows_its_tiers_when_asked(driver: Driver) -> None:
    price = tiered(driver, "graduated")

    assert (price.billing_scheme, price.tiers_mode, price.unit_amount) == ("tiered", "graduated", None)
    assert [tier.up_to for tier in price.tiers] == [5, None]
    assert price.tiers[0].flat_amount_decimal == 300
    assert "tiers" not in driver.sdk().prices.retrieve(price.id)


@pytest.mark.parametrize(
    ("mode", "quantity", "total"),
    [
        ("graduated", 5, 5300),
        ("graduated", 6, 6000),
        ("graduated", 20, 15800),
        ("volume", 5, 5300),
        ("volume", 6, 4200),
        ("graduated", 0, 300),
    ],
)
def test_tiers_bill_as_documented(driver: Driver, mode: str, quantity: int, total: int) -> None:
    invoice = billed(driver, tiered(driver, mode), quantity)

    assert (invoice.total, invoice.lines.data[0].pricing.unit_amount_decimal) == (total, None)


@pytest.mark.parametrize(("rounding", "total"), [("up", 3000), ("down", 2000)])
def test_packages_are_rounded_as_the_price_says(driver: Driver, rounding: str, total: int) -> None:
    price = driver.price(1000, transform_quantity={"divide_by": 10, "round": rounding})

    assert billed(driver, price, 25).total == total


def test_more_seats_reach_a_cheaper_tier_at_once(driver: Driver) -> None:
    invoice = billed(driver, tiered(driver, "volume"), 5)
    made = driver.sdk().subscriptions.retrieve(invoice.parent.subscription_details.subscription)
    item = made["items"].data[0]

    driver.sdk().subscriptions.update(
        made.id,
        {
            "items": [{"id": item.id, "quantity": 10}],
            "proration_behavior": "always_invoice",
            "proration_date": item.current_period_start,
        },
    )

    assert driver.sdk().invoices.list({"subscription": made.id}).data[0].total == 7000 - 5300


def test_checkout_sells_tiers(driver: Driver) -> None:
    line = {"price": tiered(driver, "graduated").id, "quantity": 6}
    session = start(driver, customer=driver.customer(None).id, line_items=[line])

    checkout.submit(driver.sandbox, session.id, card=card())

    assert session.amount_total == driver.sdk().charges.list().data[0].amount == 6000


@pytest.mark.parametrize(
    ("tiers", "param"),
    [
        ([{"up_to": 5, "unit_amount": 1}], "tiers[0][up_to]"),
        (
            [{"up_to": 5, "unit_amount": 1}, {"up_to": 5, "unit_amount": 1}, {"up_to": "inf", "unit_amount": 1}],
            "tiers[1][up_to]",
        ),
        ([{"up_to": "inf"}], "tiers[0][unit_amount]"),
    ],
)
def test_tiers_that_cannot_be_are_refused(driver: Driver, tiers: list[dict], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        tiered(driver, "volume", tiers)

    assert caught.value.param == param
