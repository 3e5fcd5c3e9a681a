"""Prices that are given in place, and one-off amounts that are added to a subscription."""

from decimal import Decimal
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def product(driver: Driver) -> str:
    return driver.sdk().products.create({"name": "Setup"}).id


def once(driver: Driver, amount: int = 900, **more: Any) -> dict[str, Any]:
    return {"currency": "usd", "product": product(driver), "unit_amount": amount, **more}


def monthly(driver: Driver, amount: int = 900) -> dict[str, Any]:
    return once(driver, amount, recurring={"interval": "month"})


def lines(invoice: Any) -> list[tuple[int, str]]:
    return sorted((line.amount, line.parent.type) for line in invoice.lines.data)


def latest(driver: Driver, subscription: Any) -> Any:
    return driver.sdk().invoices.list({"subscription": subscription.id}).data[0]


def test_a_subscription_begins_with_a_price_given_in_place(driver: Driver) -> None:
    data = monthly(driver)
    made = driver.sdk().subscriptions.create(
        {"customer": driver.customer().id, "items": [{"price_data": data, "quantity": 2}]}
    )

    price = driver.sdk().prices.retrieve(made["items"].data[0].price.id)
    assert (price.active, price.product, price.recurring.interval) == (False, data["product"], "month")
    assert latest(driver, made).amount_paid == 1800


def test_items_change_to_and_come_with_prices_given_in_place(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(2500))
    item = made["items"].data[0].id

    driver.sdk().subscriptions.update(made.id, {"items": [{"id": item, "price_data": monthly(driver, 1100)}]})
    added = driver.sdk().subscription_items.create({"subscription": made.id, "price_data": monthly(driver, 300)})
    driver.sdk().subscription_items.update(added.id, {"price_data": monthly(driver, 400)})
    driver.advance("P40D")

    renewal = [amount for amount, kind in lines(latest(driver, made)) if kind == "subscription_item_details"]
    assert {400, 1100} <= set(renewal)


@pytest.mark.parametrize(
    ("entry", "param"),
    [
        ({"price": "{price}", "price_data": "{data}"}, "items[0][price_data]"),
        ({"price_data": {"product": "prod_nothing"}}, "items[0][price_data][product]"),
        ({"price_data": {"unit_amount": ""}}, "items[0][price_data][unit_amount]"),
    ],
)
def test_a_price_in_place_that_cannot_be_is_refused(driver: Driver, entry: dict[str, Any], param: str) -> None:
    data = monthly(driver)
    given = {key: driver.price().id if value == "{price}" else value for key, value in entry.items()}
    changed = {**data, **(given["price_data"] if isinstance(given["price_data"], dict) else {})}
    if changed["unit_amount"] == "":
        changed.pop("unit_amount")

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().subscriptions.create(
            {"customer": driver.customer().id, "items": [{**given, "price_data": changed}]}
        )

    assert caught.value.param == param


def test_added_amounts_are_on_the_first_invoice(driver: Driver) -> None:
    price = driver.sdk().prices.create(once(driver, 500))
    added = [{"price": price.id, "quantity": 2, "metadata": {"why": "setup"}}, {"price_data": once(driver, 70)}]

    made = driver.subscribe(driver.customer(), driver.price(2500), add_invoice_items=added)
    driver.advance("P40D")

    first = driver.sdk().invoices.list({"subscription": made.id}).data[1]
    item = made["items"].data[0]
    extra = next(line for line in first.lines.data if line.amount == 1000)
    assert (first.total, latest(driver, made).total) == (3570, 2500)
    assert (extra.quantity, extra.metadata.to_dict()) == (2, {"why": "setup"})
    assert (extra.period.start, extra.period.end) == (item.current_period_start, item.current_period_end)


def test_an_amount_added_later_waits_for_the_next_invoice(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(2500))
    added = [
        {
            "price_data": once(driver, 70),
            "period": {"start": {"type": "now"}, "end": {"type": "timestamp", "timestamp": 2_000_000_000}},
        }
    ]

    driver.sdk().subscriptions.update(made.id, {"add_invoice_items": added})
    [waiting] = driver.sdk().invoice_items.list({"pending": True}).data
    driver.advance("P40D")

    assert (waiting.amount, waiting.period.end) == (70, 2_000_000_000)
    assert latest(driver, made).total == 2570


def test_a_recurring_price_cannot_be_added_once(driver: Driver) -> None:
    added = [{"price": driver.price().id}]

    with pytest.raises(stripe.InvalidRequestError, match="type=recurring") as caught:
        driver.subscribe(driver.customer(), driver.price(), add_invoice_items=added)

    assert caught.value.param == "add_invoice_items[0][price]"


@pytest.mark.parametrize(
    ("params", "amount", "quantity"),
    [
        ({"price_data": {"unit_amount_decimal": "0.5"}, "quantity": 25}, 13, "25"),
        ({"unit_amount_decimal": "12.25", "quantity": 3}, 37, "3"),
        ({"unit_amount_decimal": "10", "quantity_decimal": "2.55"}, 26, "2.55"),
        ({"unit_amount_decimal": "-10.4", "quantity": 2}, -21, "2"),
    ],
)
def test_invoice_items_have_prices_given_in_place(
    driver: Driver, params: dict[str, Any], amount: int, quantity: str
) -> None:
    given = {key: {**once(driver), **value} if key == "price_data" else value for key, value in params.items()}
    if "price_data" in given:
        given["price_data"].pop("unit_amount")

    item = driver.sdk().invoice_items.create({"customer": driver.customer().id, "currency": "usd", **given})

    assert (item.amount, str(item.quantity_decimal), item.quantity) == (amount, quantity, int(Decimal(quantity)))


def test_tiers_and_packages_are_billed_once_too(driver: Driver) -> None:
    tiers = [{"up_to": 5, "unit_amount": 100}, {"up_to": "inf", "unit_amount_decimal": "50.5"}]
    price = driver.sdk().prices.create(
        {
            "product": product(driver),
            "currency": "usd",
            "billing_scheme": "tiered",
            "tiers_mode": "graduated",
            "tiers": tiers,
        }
    )

    item = driver.sdk().invoice_items.create(
        {"customer": driver.customer().id, "pricing": {"price": price.id}, "quantity": 8}
    )
    changed = driver.sdk().invoice_items.update(item.id, {"quantity": 6})

    assert (item.amount, changed.amount, changed.pricing.unit_amount_decimal) == (652, 551, None)


def test_an_item_changes_its_price(driver: Driver) -> None:
    item = driver.sdk().invoice_items.create({"customer": driver.customer().id, "amount": 100, "currency": "usd"})
    update = driver.sdk().invoice_items.update

    by_data = update(item.id, {"price_data": once(driver, 30), "quantity": 3})
    by_quantity = update(item.id, {"quantity": 5})
    by_amount = update(item.id, {"amount": 77})

    assert (by_data.amount, by_quantity.amount, by_amount.amount) == (90, 150, 77)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"amount": 5, "unit_amount_decimal": "5"}, "unit_amount_decimal"),
        ({"amount": 5, "quantity": 2}, "quantity"),
        ({"unit_amount_decimal": "5", "quantity": 2, "quantity_decimal": "2"}, "quantity_decimal"),
        ({"unit_amount_decimal": "5", "quantity": -1}, "quantity"),
    ],
)
def test_amounts_that_contradict_each_other_are_refused(driver: Driver, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().invoice_items.create({"customer": driver.customer().id, "currency": "usd", **params})

    assert caught.value.param == param
