"""Products and prices: chosen ids, lookup keys, filters."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.metering import meter, metered_price


def test_caller_may_choose_ids(driver: Driver) -> None:
    driver.sdk().products.create({"id": "starter", "name": "Starter"})

    reply = driver.call(
        "POST",
        "/v1/prices",
        {"id": "starter-monthly", "product": "starter", "currency": "usd", "unit_amount": 1000},
    )

    assert reply.body["id"] == "starter-monthly"
    assert (reply.body["type"], reply.body["unit_amount_decimal"]) == ("one_time", "1000")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().products.create({"id": "starter", "name": "Starter"})
    assert caught.value.code == "resource_already_exists"


def test_lookup_key_belongs_to_one_price(driver: Driver) -> None:
    driver.price(lookup_key="starter")

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.price(lookup_key="starter")

    assert caught.value.param == "lookup_key"


def test_lookup_key_moves_to_the_new_price_when_asked(driver: Driver) -> None:
    old = driver.price(1000, lookup_key="starter")

    new = driver.price(1200, lookup_key="starter", transfer_lookup_key=True)

    assert driver.sdk().prices.retrieve(old.id).lookup_key is None
    [found] = driver.sdk().prices.list({"lookup_keys": ["starter", "other"]}).data
    assert found.id == new.id


def test_lists_filter_by_product_type_and_state(driver: Driver) -> None:
    price = driver.price()
    once = driver.sdk().prices.create({"product": price.product, "currency": "usd", "unit_amount": 100})
    driver.sdk().prices.update(price.id, {"active": False})
    driver.price()

    by_product = driver.sdk().prices.list({"product": price.product}).data
    by_type = driver.sdk().prices.list({"type": "one_time"}).data
    archived = driver.sdk().prices.list({"active": False}).data

    assert {found.id for found in by_product} == {price.id, once.id}
    assert [found.id for found in by_type] == [once.id]
    assert [found.id for found in archived] == [price.id]


def test_second_currency_is_an_option_that_shows_when_expanded(driver: Driver) -> None:
    price = driver.price(2500, currency_options={"eur": {"unit_amount": 2300}})

    found = driver.sdk().prices.retrieve(price.id, {"expand": ["currency_options", "product", "tiers"]})

    assert found.currency_options["eur"].unit_amount == 2300
    assert found.product.name == "Test Subscription"
    assert "currency_options" not in price


def test_product_with_prices_cannot_be_deleted(driver: Driver) -> None:
    price = driver.price()

    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().products.delete(price.product)


def test_product_without_prices_is_gone_after_deletion(driver: Driver) -> None:
    product = driver.sdk().products.create({"name": "Starter"})

    driver.sdk().products.delete(product.id)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().products.retrieve(product.id)
    assert caught.value.http_status == 404


def test_features_of_a_product_are_an_empty_list(driver: Driver) -> None:
    price = driver.price()

    assert driver.call("GET", f"/v1/products/{price.product}/features").body["data"] == []


def test_negative_amount_is_refused(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.price(-1)

    assert caught.value.param == "unit_amount"


def test_prices_are_listed_by_their_meter(driver: Driver) -> None:
    driver.price()
    of, other = meter(driver), meter(driver, "other")
    price = metered_price(driver, of)
    metered_price(driver, other)
    prices = driver.sdk().prices

    by_meter = [found.id for found in prices.list({"recurring": {"meter": of.id}}).data]
    by_usage = prices.list({"recurring": {"usage_type": "metered"}}).data

    assert (by_meter, len(by_usage)) == ([price.id], 2)
