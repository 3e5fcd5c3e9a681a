"""Prices in parts of a minor unit, and in several currencies: what a line comes to and what a price shows."""

from decimal import Decimal
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

MONTHLY = {"currency": "usd", "recurring": {"interval": "month"}}


def price(driver: Driver, **values: Any) -> Any:
    product = driver.sdk().products.create({"name": "Calls"})
    return driver.sdk().prices.create({"product": product.id, **MONTHLY, **values})


def first_invoice(driver: Driver, made: Any, quantity: int, **params: Any) -> Any:
    subscription = driver.sdk().subscriptions.create(
        {
            "customer": driver.customer().id,
            "items": [{"price": made.id, "quantity": quantity}],
            "expand": ["latest_invoice"],
            **params,
        }
    )
    return subscription.latest_invoice


@pytest.mark.parametrize(
    ("each", "quantity", "total"), [("0.5", 3, 2), ("0.05", 1000, 50), ("99.9", 7, 699), ("0.000000000001", 10, 0)]
)
def test_parts_of_a_cent_are_rounded_on_the_line_only(driver: Driver, each: str, quantity: int, total: int) -> None:
    made = price(driver, unit_amount_decimal=each)

    line = first_invoice(driver, made, quantity).lines.data[0]

    assert (made.unit_amount, made.unit_amount_decimal) == (None, Decimal(each))
    assert (line.amount, line.pricing.unit_amount_decimal) == (total, Decimal(each))


def test_a_whole_decimal_is_shown_in_both_forms(driver: Driver) -> None:
    made = price(driver, unit_amount_decimal="1250.00")

    assert (made.unit_amount, made.to_dict()["unit_amount_decimal"]) == (1250, Decimal("1250"))


def test_a_line_names_the_exact_unit_amount(driver: Driver) -> None:
    line = first_invoice(driver, price(driver, unit_amount_decimal="0.5"), 100).lines.data[0]

    assert line.description == "100 × Calls (at $0.005 / month)"


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"unit_amount": 5, "unit_amount_decimal": "5"}, "unit_amount"),
        ({"unit_amount_decimal": "0.0000000000001"}, "unit_amount_decimal"),
        ({"unit_amount_decimal": "-0.1"}, "unit_amount"),
        (
            {"unit_amount": 5, "currency_options": {"eur": {"tax_behavior": "exclusive"}}},
            "currency_options[eur][unit_amount]",
        ),
        ({"unit_amount": 5, "currency_options": {"usd": {"unit_amount": 4}}}, "currency_options[usd]"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_by_name(driver: Driver, values: dict, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        price(driver, **values)

    assert caught.value.param == param


def test_tiers_have_parts_of_a_cent_and_amounts_in_each_currency(driver: Driver) -> None:
    dollars = [{"up_to": 10, "unit_amount_decimal": "0.25"}, {"up_to": "inf", "unit_amount_decimal": "0.1"}]
    euros = [{"up_to": 10, "unit_amount": 2}, {"up_to": "inf", "flat_amount_decimal": "99.5"}]
    made = price(
        driver,
        billing_scheme="tiered",
        tiers_mode="graduated",
        tiers=dollars,
        currency_options={"eur": {"tiers": euros}},
        expand=["currency_options"],
    )

    in_dollars = first_invoice(driver, made, 20).total
    in_euros = first_invoice(driver, made, 20, currency="eur").total

    assert (in_dollars, in_euros) == (4, 120)
    assert made.currency_options["eur"].tiers[1].flat_amount_decimal == "99.5"


def test_tiers_of_another_currency_must_end_where_the_others_do(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        price(
            driver,
            billing_scheme="tiered",
            tiers_mode="volume",
            tiers=[{"up_to": 10, "unit_amount": 2}, {"up_to": "inf", "unit_amount": 1}],
            currency_options={"eur": {"tiers": [{"up_to": "inf", "unit_amount": 1}]}},
        )

    assert caught.value.param == "currency_options[eur][tiers]"


def test_a_price_gets_a_further_currency_later(driver: Driver) -> None:
    made = price(driver, unit_amount=500, currency_options={"eur": {"unit_amount": 450}})

    driver.sdk().prices.update(made.id, {"currency_options": {"gbp": {"unit_amount_decimal": "399.5"}}})

    shown = driver.sdk().prices.retrieve(made.id, {"expand": ["currency_options"]}).currency_options
    assert sorted(shown.to_dict()) == ["eur", "gbp", "usd"]
    assert (shown["gbp"].unit_amount, shown["gbp"].unit_amount_decimal) == (None, "399.5")
    assert first_invoice(driver, made, 1, currency="gbp").total == 400
