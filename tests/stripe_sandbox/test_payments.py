"""Payment intents and charges, against recorded exchanges."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

RETURN_URL = "http://127.0.0.1:9/back"


def confirm(driver: Driver, customer: object, **more: object) -> object:
    params = {"amount": 2900, "currency": "usd", "customer": customer.id, "confirm": True}
    params["payment_method"] = customer.invoice_settings.default_payment_method
    return driver.sdk().payment_intents.create({**params, "return_url": RETURN_URL, **more})


def test_good_card_pays_and_its_balance_entry_follows(driver: Driver) -> None:
    intent = confirm(driver, driver.customer(), expand=["latest_charge.balance_transaction"])

    driver.advance("PT5S")

    charge = driver.sdk().charges.retrieve(intent.latest_charge.id, {"expand": ["balance_transaction"]})
    assert (intent.status, intent.amount_received) == ("succeeded", 2900)
    assert intent.capture_method == "automatic_async"
    assert intent.latest_charge.balance_transaction is None
    assert charge.balance_transaction.fee == 114
    assert charge.balance_transaction.net == 2786


def test_card_that_needs_its_owner_asks_for_them(driver: Driver) -> None:
    intent = confirm(driver, driver.customer("pm_card_authenticationRequired"))

    assert intent.status == "requires_action"
    assert intent.next_action.type == "redirect_to_url"
    assert intent.next_action.redirect_to_url.return_url == RETURN_URL
    assert intent.next_action.redirect_to_url.url == f"{driver.url}/3ds/{intent.id}"
    assert (intent.latest_charge, intent.amount_received, intent.last_payment_error) == (None, 0, None)


def test_card_that_needs_its_owner_fails_without_them(driver: Driver) -> None:
    with pytest.raises(stripe.CardError) as caught:
        confirm(driver, driver.customer("pm_card_authenticationRequired"), off_session=True)

    intent = caught.value.json_body["error"]["payment_intent"]
    assert (caught.value.http_status, caught.value.code) == (402, "authentication_required")
    assert intent["status"] == "requires_payment_method"


def test_declined_charge_leaves_its_traces(driver: Driver) -> None:
    with pytest.raises(stripe.CardError) as caught:
        confirm(driver, driver.customer("pm_card_chargeCustomerFail"))

    error = caught.value.json_body["error"]
    intent = driver.sdk().payment_intents.retrieve(error["payment_intent"]["id"])
    charge = driver.sdk().charges.retrieve(error["charge"])
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    assert intent.last_payment_error.decline_code == "generic_decline"
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, "card_declined")
    assert charge.outcome.network_status == "declined_by_network"
    assert driver.event_types("payment_intent.created") == ["charge.failed", "payment_intent.payment_failed"]


def test_second_card_pays_the_same_intent(driver: Driver) -> None:
    customer = driver.customer("pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError) as caught:
        confirm(driver, customer)
    intent_id = caught.value.json_body["error"]["payment_intent"]["id"]

    intent = driver.sdk().payment_intents.confirm(
        intent_id, {"payment_method": "pm_card_visa", "return_url": RETURN_URL}
    )

    assert intent.status == "succeeded"


def test_cards_outcomes_follow_the_sequence_that_its_token_names(driver: Driver) -> None:
    customer = driver.customer("pm_card_sandbox_sequence_insufficient_funds,lost_card,ok")

    codes = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            confirm(driver, customer)
        codes.append(caught.value.json_body["error"]["decline_code"])

    assert codes == ["insufficient_funds", "lost_card"]
    assert confirm(driver, customer).status == "succeeded"


def test_planned_decline_meets_the_next_charge_only(driver: Driver) -> None:
    customer = driver.customer()
    driver.control("POST", "decline-next", {"customer": customer.id, "code": "insufficient_funds"})

    with pytest.raises(stripe.CardError) as caught:
        confirm(driver, customer)

    assert caught.value.json_body["error"]["decline_code"] == "insufficient_funds"
    assert confirm(driver, customer).status == "succeeded"


def test_succeeded_intent_cannot_be_cancelled(driver: Driver) -> None:
    intent = confirm(driver, driver.customer())

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().payment_intents.cancel(intent.id)

    assert caught.value.code == "payment_intent_unexpected_state"


def test_invoice_payments_of_an_unknown_intent_are_an_empty_list(driver: Driver) -> None:
    params = {"payment[type]": "payment_intent", "payment[payment_intent]": "pi_unknown", "status": "paid"}

    reply = driver.call("GET", "/v1/invoice_payments", params)

    assert (reply.status, reply.body["data"], reply.body["url"]) == (200, [], "/v1/invoice_payments")
