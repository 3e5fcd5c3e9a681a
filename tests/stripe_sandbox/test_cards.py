"""Customers, payment methods and setup intents, against recorded exchanges and the table of test cards."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

NEW_CARD = {"exp_month": 12, "exp_year": 2040, "cvc": "123"}


def test_new_customer_looks_as_recorded(driver: Driver) -> None:
    params = {"email": "stripe@example.org", "name": "Stripe User", "expand[0]": "tax"}
    params["expand[1]"] = "invoice_credit_balance"

    customer = driver.call("POST", "/v1/customers", params).body

    assert (customer["balance"], customer["currency"], customer["delinquent"]) == (0, None, False)
    assert len(customer["invoice_prefix"]) == 8
    assert (customer["next_invoice_sequence"], customer["tax_exempt"]) == (1, "none")
    assert customer["tax"]["automatic_tax"] == "unrecognized_location"
    assert customer["invoice_credit_balance"] == {}


def test_token_attaches_as_a_new_card_each_time(driver: Driver) -> None:
    customer = driver.customer(None)

    first = driver.sdk().payment_methods.attach("pm_card_visa", {"customer": customer.id})
    second = driver.sdk().payment_methods.attach("pm_card_visa", {"customer": customer.id})

    assert first.id != second.id
    assert first.card.fingerprint == second.card.fingerprint
    assert (first.card.last4, first.card.country, first.card.funding) == ("4242", "US", "credit")
    assert first.card.checks.cvc_check == "pass"
    assert (first.allow_redisplay, first.card.networks.available) == ("unspecified", ["visa"])


@pytest.mark.parametrize(
    ("token", "brand", "last4", "country"),
    [
        ("pm_card_discover", "discover", "9424", "US"),
        ("pm_card_amex", "amex", "8431", "US"),
        ("pm_card_mastercard", "mastercard", "4444", "US"),
        ("pm_card_authenticationRequired", "visa", "3184", "DE"),
        ("pm_card_threeDSecure2Required", "visa", "3220", "US"),
        ("pm_card_chargeCustomerFail", "visa", "0341", "US"),
    ],
)
def test_token_is_the_card_that_it_names(driver: Driver, token: str, brand: str, last4: str, country: str) -> None:
    customer = driver.customer(None)

    method = driver.sdk().payment_methods.attach(token, {"customer": customer.id})

    assert (method.card.brand, method.card.last4, method.card.country) == (brand, last4, country)


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"),
    ],
)
def test_declining_card_cannot_be_attached(driver: Driver, token: str, code: str, decline_code: str) -> None:
    customer = driver.customer(None)

    with pytest.raises(stripe.CardError) as caught:
        driver.sdk().payment_methods.attach(token, {"customer": customer.id})

    error = caught.value.json_body["error"]
    assert (caught.value.http_status, error["code"], error["decline_code"]) == (402, code, decline_code)
    assert driver.sdk().customers.payment_methods.list(customer.id).data == []


def test_recorded_decline_is_given_word_for_word(driver: Driver) -> None:
    customer = driver.customer(None)
    path = "/v1/payment_methods/pm_card_chargeDeclined/attach"

    error = driver.call("POST", path, {"customer": customer.id}).body["error"]

    assert error["message"] == "Your card was declined."
    assert (error["advice_code"], error["network_decline_code"]) == ("try_again_later", "01")
    assert (error["type"], error["param"]) == ("card_error", "")


def test_unknown_payment_method_is_named(driver: Driver) -> None:
    customer = driver.customer(None)

    reply = driver.call("POST", "/v1/payment_methods/invalid/attach", {"customer": customer.id})

    error = reply.body["error"]
    assert (reply.status, error["code"], error["param"]) == (404, "resource_missing", "payment_method")
    assert error["message"].startswith("No such PaymentMethod: 'invalid'")


def test_listed_number_is_accepted_and_not_kept(driver: Driver) -> None:
    number = "4000000000000341"

    method = driver.sdk().payment_methods.create({"type": "card", "card": {"number": number, **NEW_CARD}})

    kept = "".join(driver.sandbox.database.reading().iterdump())
    assert method.card.last4 == "0341"
    assert number not in kept


def test_other_number_is_refused(driver: Driver) -> None:
    with pytest.raises(stripe.CardError) as caught:
        driver.sdk().payment_methods.create({"type": "card", "card": {"number": "4111111111111111", **NEW_CARD}})

    assert (caught.value.code, caught.value.param) == ("incorrect_number", "number")


def test_number_of_our_own_range_declines_with_its_code(driver: Driver) -> None:
    customer = driver.customer("pm_card_sandbox_do_not_honor")

    with pytest.raises(stripe.CardError) as caught:
        driver.subscribe(customer, driver.price(), payment_behavior="error_if_incomplete")

    assert caught.value.json_body["error"]["decline_code"] == "do_not_honor"


def test_default_card_is_set_on_the_customer(driver: Driver) -> None:
    customer = driver.customer()

    assert customer.invoice_settings.default_payment_method.startswith("pm_1")
    assert customer.default_source is None


def test_detached_card_pays_no_more(driver: Driver) -> None:
    customer = driver.customer()
    method_id = customer.invoice_settings.default_payment_method

    driver.sdk().payment_methods.detach(method_id)

    assert driver.sdk().customers.retrieve(customer.id).invoice_settings.default_payment_method is None
    [event] = driver.events("payment_method.detached")
    assert event.data.object["id"] == method_id
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().payment_methods.attach(method_id, {"customer": customer.id})


def test_metadata_is_merged_and_emptied_by_key(driver: Driver) -> None:
    customer = driver.sdk().customers.create({"metadata": {"a": "1", "b": "2"}})

    changed = driver.sdk().customers.update(customer.id, {"metadata": {"a": "", "c": "3"}})

    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    [event] = driver.events("customer.updated")
    assert event.data.previous_attributes["metadata"].to_dict() == {"a": "1", "c": None}


def test_deleted_customer_says_so(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price())

    driver.sdk().customers.delete(customer.id)

    assert driver.sdk().customers.retrieve(customer.id).deleted
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "canceled"
    assert driver.sdk().customers.list().data == []


def test_setup_intent_waits_for_a_card(driver: Driver) -> None:
    intent = driver.sdk().setup_intents.create({"customer": driver.customer(None).id, "usage": "off_session"})

    assert (intent.status, intent.usage) == ("requires_payment_method", "off_session")
    assert intent.automatic_payment_methods.enabled
    assert intent.payment_method is None


def test_confirmed_setup_attaches_the_card(driver: Driver) -> None:
    customer = driver.customer(None)

    intent = driver.sdk().setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True, "payment_method_types": ["card"]}
    )

    assert intent.status == "succeeded"
    assert len(driver.sdk().customers.payment_methods.list(customer.id).data) == 1
    assert driver.event_types("setup_intent.created") == ["payment_method.attached", "setup_intent.succeeded"]


def test_setup_of_a_declined_card_fails(driver: Driver) -> None:
    customer = driver.customer(None)

    with pytest.raises(stripe.CardError):
        driver.sdk().setup_intents.create(
            {
                "customer": customer.id,
                "payment_method": "pm_card_chargeDeclined",
                "confirm": True,
                "payment_method_types": ["card"],
            }
        )

    [intent] = driver.sdk().setup_intents.list().data
    assert intent.status == "requires_payment_method"
    assert intent.last_setup_error.code == "card_declined"
    assert "setup_intent.setup_failed" in driver.event_types()
