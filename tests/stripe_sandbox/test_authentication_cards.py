"""Stripe's test cards for 3-D Secure: who is asked when, and what comes after the answer."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.hosted import authentication
from tests.stripe_sandbox.driver import Driver

BACK = "http://127.0.0.1:9/back"


def owner(driver: Driver, token: str, *, is_set_up: bool = False) -> tuple[Any, Any]:
    """A customer with this card attached, set up for later charges if asked."""
    customer = driver.customer(None)
    method = driver.sdk().payment_methods.attach(token, {"customer": customer.id})
    if is_set_up:
        params = {"customer": customer.id, "payment_method": method.id, "confirm": True, "return_url": BACK}
        setup = driver.sdk().setup_intents.create(params)
        if setup.status == "requires_action":
            authentication.answer(driver.sandbox, setup.id, is_authenticated=True)
    return customer, method


def charge(driver: Driver, customer: Any, method: Any, **more: Any) -> Any:
    params = {
        "amount": 2900,
        "currency": "usd",
        "customer": customer.id,
        "payment_method": method.id,
        "confirm": True,
    }
    return driver.sdk().payment_intents.create(
        {
            **params,
            **({"payment_method_types": ["card"]} if more.get("off_session") else {"return_url": BACK}),
            **more,
        }
    )


def test_a_card_that_was_set_up_pays_without_its_owner(driver: Driver) -> None:
    customer, method = owner(driver, "pm_card_authenticationRequiredOnSetup", is_set_up=True)

    assert charge(driver, customer, method, off_session=True).status == "succeeded"
    assert charge(driver, customer, method).status == "requires_action"


def test_a_card_that_was_not_set_up_does_not(driver: Driver) -> None:
    customer, method = owner(driver, "pm_card_authenticationRequiredOnSetup")

    with pytest.raises(stripe.CardError) as caught:
        charge(driver, customer, method, off_session=True)

    assert caught.value.code == "authentication_required"


def test_a_card_that_always_asks_asks_also_when_it_was_set_up(driver: Driver) -> None:
    customer, method = owner(driver, "pm_card_authenticationRequired", is_set_up=True)

    with pytest.raises(stripe.CardError) as caught:
        charge(driver, customer, method, off_session=True)

    assert caught.value.code == "authentication_required"


def test_renewals_of_a_card_that_was_set_up_ask_nobody(driver: Driver) -> None:
    customer, method = owner(driver, "pm_card_authenticationRequiredOnSetup")
    begun = driver.subscribe(
        customer, driver.price(), default_payment_method=method.id, expand=["latest_invoice.payments"]
    )
    intent_id = begun.latest_invoice.payments.data[0].payment.payment_intent
    authentication.answer(driver.sandbox, intent_id, is_authenticated=True)

    driver.advance("P32D")

    after = driver.sdk().subscriptions.retrieve(begun.id, {"expand": ["latest_invoice"]})
    assert (begun.status, after.status) == ("incomplete", "active")
    assert (after.latest_invoice.billing_reason, after.latest_invoice.status) == ("subscription_cycle", "paid")


def test_a_card_for_off_session_charges_asks_on_session_only(driver: Driver) -> None:
    customer, method = owner(driver, "pm_card_authenticationRequiredSetupForOffSession")

    assert charge(driver, customer, method, off_session=True).status == "succeeded"
    assert charge(driver, customer, method).status == "requires_action"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_threeDSecureRequiredChargeDeclined", "generic_decline"),
    ],
)
def test_some_cards_decline_after_the_question(driver: Driver, token: str, code: str) -> None:
    customer, method = owner(driver, token)
    intent = charge(driver, customer, method)

    authentication.answer(driver.sandbox, intent.id, is_authenticated=True)

    after = driver.sdk().payment_intents.retrieve(intent.id)
    assert intent.status == "requires_action"
    assert (after.status, after.last_payment_error.decline_code) == ("requires_payment_method", code)


@pytest.mark.parametrize(("wish", "status"), [("any", "requires_action"), ("automatic", "succeeded")])
def test_a_shop_can_ask_for_the_question(driver: Driver, wish: str, status: str) -> None:
    customer, method = owner(driver, "pm_card_threeDSecureOptional")

    intent = charge(driver, customer, method, payment_method_options={"card": {"request_three_d_secure": wish}})

    assert intent.status == status
    assert intent.payment_method_options.card.request_three_d_secure == wish


def test_a_shop_that_cannot_ask_gets_an_error(driver: Driver) -> None:
    customer, method = owner(driver, "pm_card_authenticationRequired")

    with pytest.raises(stripe.CardError) as caught:
        charge(driver, customer, method, error_on_requires_action=True)

    error = caught.value.json_body["error"]
    assert (caught.value.http_status, error["code"]) == (402, "authentication_required")
    assert error["payment_intent"]["status"] == "requires_payment_method"


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"confirmation_method": "manual"}, "confirmation_method=manual"),
        ({"payment_method_options": {"card": {"moto": True}}}, "payment_method_options[card][moto]"),
        ({"transfer_group": "x"}, "transfer_group"),
    ],
)
def test_what_is_not_acted_on_is_refused_by_name(driver: Driver, more: dict, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().payment_intents.create({"amount": 500, "currency": "usd", **more})

    assert caught.value.param == param
