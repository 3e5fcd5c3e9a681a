"""What a confirmation needs when redirects are allowed, and what is kept of each try to set a card up."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.hosted import authentication
from tests.stripe_sandbox.driver import Driver

NO_REDIRECTS = {"enabled": True, "allow_redirects": "never"}


def test_payment_that_could_redirect_needs_a_way_back(driver: Driver) -> None:
    sdk = driver.sdk()
    intent = sdk.payment_intents.create({"amount": 2000, "currency": "usd"})

    with pytest.raises(stripe.InvalidRequestError, match="you must provide a `return_url`") as caught:
        sdk.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, None, None)
    assert caught.value.error.payment_intent.id == intent.id
    assert sdk.payment_intents.retrieve(intent.id).status == "requires_payment_method"
    assert sdk.charges.list().data == []


@pytest.mark.parametrize(
    "params",
    [
        {"return_url": "https://example.org/back"},
        {"automatic_payment_methods": NO_REDIRECTS},
        {"payment_method_types": ["card"]},
    ],
)
def test_payment_that_cannot_lose_its_payer_is_taken(driver: Driver, params: dict[str, Any]) -> None:
    paid = driver.sdk().payment_intents.create(
        {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True, **params}
    )

    assert paid.status == "succeeded"


def test_setup_that_could_redirect_needs_a_way_back(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="This SetupIntent is configured to accept"):
        driver.sdk().setup_intents.create({"payment_method": "pm_card_visa", "confirm": True})


def test_each_try_to_set_up_a_card_is_an_attempt(driver: Driver) -> None:
    sdk = driver.sdk()
    setup = sdk.setup_intents.create({"automatic_payment_methods": NO_REDIRECTS})
    assert setup.latest_attempt is None
    with pytest.raises(stripe.CardError):
        sdk.setup_intents.confirm(setup.id, {"payment_method": "pm_card_chargeDeclined"})

    done = sdk.setup_intents.confirm(setup.id, {"payment_method": "pm_card_visa", "expand": ["latest_attempt"]})

    [second, first] = sdk.setup_attempts.list({"setup_intent": setup.id}).data
    assert (done.latest_attempt.id, second.status, second.setup_error) == (second.id, "succeeded", None)
    assert (first.status, first.setup_error.code) == ("failed", "card_declined")
    assert second.payment_method_details.card.last4 == "4242"
    assert second.setup_intent == setup.id


def test_attempt_waits_for_the_customer_and_ends_with_their_answer(driver: Driver) -> None:
    sdk = driver.sdk()
    setup = sdk.setup_intents.create(
        {
            "automatic_payment_methods": NO_REDIRECTS,
            "payment_method": "pm_card_authenticationRequired",
            "confirm": True,
            "expand": ["latest_attempt"],
        }
    )
    assert setup.latest_attempt.status == "requires_action"

    authentication.answer(driver.sandbox, setup.id, is_authenticated=True)

    [attempt] = sdk.setup_attempts.list({"setup_intent": setup.id}).data
    assert (attempt.id, attempt.status) == (setup.latest_attempt.id, "succeeded")


def test_attempts_of_an_unknown_setup_are_refused(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().setup_attempts.list({"setup_intent": "seti_none"})

    assert (caught.value.http_status, caught.value.param) == (400, "setup_intent")


def test_what_is_over_is_refused_in_stripes_words(driver: Driver) -> None:
    intents = driver.sdk().payment_intents
    method = {"payment_method": "pm_card_visa", "payment_method_types": ["card"]}
    paid = intents.create({"amount": 2000, "currency": "usd", "confirm": True, **method})

    with pytest.raises(stripe.InvalidRequestError) as confirmed:
        intents.confirm(paid.id)
    with pytest.raises(stripe.InvalidRequestError) as cancelled:
        intents.cancel(paid.id)

    assert "because it has already succeeded after being previously confirmed." in str(confirmed.value)
    assert (
        "because it has a status of succeeded. Only a PaymentIntent with one of the following statuses may be "
        "canceled: requires_payment_method, requires_capture, requires_reauthorization, requires_confirmation, "
        "requires_action, processing."
    ) in str(cancelled.value)
