"""What a session's discounts and taxes come to, one by one, and line by line."""

from typing import Any

import pytest

from stripe_sandbox.hosted import checkout
from tests.stripe_sandbox.deals import coupon
from tests.stripe_sandbox.driver import Driver, card

EXPAND = ["total_details.breakdown", "line_items.data.discounts", "line_items.data.taxes"]


def opened(driver: Driver, **more: Any) -> Any:
    """A session over two subscriptions, one of them taxed by a rate of its own."""
    rates = [
        driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": percentage, "inclusive": False})
        for percentage in (10, 20)
    ]
    values = {
        "mode": "subscription",
        "customer": driver.customer().id,
        "success_url": "http://127.0.0.1:9/done",
        "line_items": [
            {"price": driver.price(1000).id, "quantity": 1, "tax_rates": [rates[0].id]},
            {"price": driver.price(2000).id, "quantity": 2},
        ],
        "subscription_data": {"default_tax_rates": [rates[1].id]},
        "expand": EXPAND,
    }
    return driver.sdk().checkout.sessions.create({**values, **more})


def test_breakdown_names_the_discount_and_each_rate(driver: Driver) -> None:
    half = coupon(driver, percent_off=50)

    session = opened(driver, discounts=[{"coupon": half.id}])

    breakdown = session.total_details.breakdown
    [off] = breakdown.discounts
    assert (off.amount, off.discount.source.coupon) == (2500, half.id)
    assert [(tax.amount, tax.rate.percentage, tax.taxable_amount) for tax in breakdown.taxes] == [
        (50, 10, 500),
        (400, 20, 2000),
    ]
    assert off.amount == session.total_details.amount_discount
    assert sum(tax.amount for tax in breakdown.taxes) == session.total_details.amount_tax


def test_each_line_has_its_own_part(driver: Driver) -> None:
    session = opened(driver, discounts=[{"coupon": coupon(driver, percent_off=50).id}])

    first, second = session.line_items.data
    assert [part.amount for part in first.discounts] == [500]
    assert [part.amount for part in second.discounts] == [2000]
    assert [(tax.amount, tax.rate.percentage) for tax in first.taxes] == [(50, 10)]
    assert [tax.amount for tax in second.taxes] == [second.amount_tax]
    [listed, _] = driver.sdk().checkout.sessions.line_items.list(session.id, {"expand": ["data.discounts"]}).data
    assert [part.amount for part in listed.discounts] == [500]


def test_completed_session_names_the_discount_that_it_granted(driver: Driver) -> None:
    session = opened(driver, discounts=[{"coupon": coupon(driver).id}])

    checkout.submit(driver.sandbox, session.id, card=card())

    done = driver.sdk().checkout.sessions.retrieve(session.id, {"expand": [*EXPAND, "subscription"]})
    [off] = done.total_details.breakdown.discounts
    assert off.discount.id == done.subscription.discounts[0]


@pytest.mark.parametrize("trial_days", [None, 7])
def test_breakdown_without_a_discount_holds_what_is_billed(driver: Driver, trial_days: int | None) -> None:
    trial = {"subscription_data": {"trial_period_days": trial_days}} if trial_days else {}

    session = opened(driver, **trial)

    assert session.total_details.breakdown.discounts == []
    taxes = sum(tax.amount for tax in session.total_details.breakdown.taxes)
    assert taxes == session.total_details.amount_tax == (0 if trial_days else 900)
