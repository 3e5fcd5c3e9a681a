"""Cards of other brands, countries and fundings, the card that is blocked, and security codes."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


@pytest.mark.parametrize(
    ("token", "brand", "country", "funding", "last4"),
    [
        ("pm_card_visa_debit", "visa", "US", "debit", "5556"),
        ("pm_card_mastercard_prepaid", "mastercard", "US", "prepaid", "5100"),
        ("pm_card_diners", "diners", "US", "credit", "0004"),
        ("pm_card_jcb", "jcb", "US", "credit", "0505"),
        ("pm_card_unionpay", "unionpay", "US", "credit", "0005"),
        ("pm_card_de", "visa", "DE", "credit", "0016"),
        ("pm_card_us", "visa", "US", "credit", "4242"),
    ],
)
def test_card_shows_its_kind_and_pays(
    driver: Driver, token: str, brand: str, country: str, funding: str, last4: str
) -> None:
    paid = driver.sdk().payment_intents.create(
        {
            "amount": 1000,
            "currency": "usd",
            "payment_method": token,
            "payment_method_types": ["card"],
            "confirm": True,
            "expand": ["latest_charge"],
        }
    )

    card = paid.latest_charge.payment_method_details.card
    assert (paid.status, card.brand, card.country, card.funding, card.last4) == (
        "succeeded",
        brand,
        country,
        funding,
        last4,
    )


def test_plain_visa_stays_the_listed_card(driver: Driver) -> None:
    card = driver.sdk().payment_methods.create({"type": "card", "card": {"token": "tok_visa"}}).card

    assert (card.brand, card.country, card.funding) == ("visa", "US", "credit")


def off_session(driver: Driver, customer: Any, method: str) -> Any:
    return driver.sdk().payment_intents.create(
        {
            "amount": 1000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": method,
            "payment_method_types": ["card"],
            "off_session": True,
            "confirm": True,
        }
    )


def test_card_that_radar_blocks_is_saved_and_declined(driver: Driver) -> None:
    customer = driver.customer("pm_card_radarBlock")

    with pytest.raises(stripe.CardError) as caught:
        off_session(driver, customer, customer.invoice_settings.default_payment_method)

    assert caught.value.error.decline_code == "fraudulent"


@pytest.mark.parametrize(
    ("number", "cvc"), [("4242424242424242", "12"), ("4242424242424242", "12x"), ("378282246310005", "123")]
)
def test_security_code_of_the_wrong_form_is_refused(driver: Driver, number: str, cvc: str) -> None:
    card = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": cvc}

    with pytest.raises(stripe.CardError) as caught:
        driver.sdk().payment_methods.create({"type": "card", "card": card})

    assert (caught.value.http_status, caught.value.code, caught.value.param) == (402, "invalid_cvc", "cvc")
