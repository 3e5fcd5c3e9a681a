"""Currencies, e-mail addresses and metadata: what every endpoint takes and refuses alike."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/payment_intents", {"amount": 1000, "currency": "xyz"}),
        ("/v1/prices", {"unit_amount": 1000, "currency": "xyz", "product_data[name]": "Plan"}),
        ("/v1/coupons", {"amount_off": 1000, "currency": "xyz", "duration": "once"}),
    ],
)
def test_unknown_currency_is_refused(driver: Driver, path: str, params: dict[str, Any]) -> None:
    reply = driver.call("POST", path, params)

    assert (reply.status, reply.body["error"]["param"]) == (400, "currency")
    assert reply.body["error"]["message"].startswith(
        "Invalid currency: xyz. Stripe currently supports these currencies: usd, aed, afn"
    )


def test_currency_is_kept_in_lower_case(driver: Driver) -> None:
    price = driver.price(currency="USD")

    made = driver.subscribe(driver.customer(), price, currency="USD")

    assert (price.currency, made.currency) == ("usd", "usd")


@pytest.mark.parametrize("address", ["nobody", "ada@example", "ada @example.org", "@example.org", "ada@.org"])
def test_email_address_that_cannot_be_is_refused(driver: Driver, address: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().customers.create({"email": address})

    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, "email_invalid", "email")
    assert caught.value.user_message == f"Invalid email address: {address}"


def test_receipt_goes_to_an_address_that_can_be(driver: Driver) -> None:
    reply = driver.call("POST", "/v1/payment_intents", {"amount": 1000, "currency": "usd", "receipt_email": "nobody"})

    assert (reply.status, reply.body["error"]["code"]) == (400, "email_invalid")
    assert reply.body["error"]["param"] == "receipt_email"


@pytest.mark.parametrize(
    "metadata", [{"k" * 41: "v"}, {"k": "v" * 501}, {f"key{number}": "v" for number in range(51)}]
)
def test_metadata_has_limits(driver: Driver, metadata: dict[str, str]) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().customers.create({"metadata": metadata})

    assert caught.value.param == "metadata"


def test_metadata_that_grows_past_its_limit_is_refused(driver: Driver) -> None:
    sdk = driver.sdk()
    customer = sdk.customers.create({"metadata": {f"key{number}": "v" for number in range(50)}})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.customers.update(customer.id, {"metadata": {"one_more": "v"}})
    sdk.customers.update(customer.id, {"metadata": {"one_more": "v", "key0": ""}})

    assert "but you've set 51" in str(caught.value.user_message)
    assert len(sdk.customers.retrieve(customer.id).metadata.to_dict()) == 50
