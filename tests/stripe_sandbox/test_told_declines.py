"""A decline told in full: on the error, on the charge's outcome and on the intent, as the control plans it."""

from typing import Any

import pytest

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.dunning import card_of, charges, plan_decline, refused, unpaid_renewal

MASTERCARD = "pm_card_mastercard"
ON_BOTH = ("advice_code", "network_advice_code", "network_decline_code")


@pytest.fixture
def invoice(driver: Driver) -> Any:
    """The unpaid renewal of a customer whose card, a Mastercard, pays again."""
    customer = driver.customer(MASTERCARD)
    driver.subscribe(customer, driver.price())
    plan_decline(driver, customer.id, code="insufficient_funds")
    driver.advance("P31DT2H")
    [latest] = driver.sdk().invoices.list({"customer": customer.id, "limit": 1}).data
    assert latest.status == "open"
    return latest


def test_what_the_network_says_stands_on_error_charge_and_intent(driver: Driver, invoice: Any) -> None:
    told = {"advice_code": "do_not_try_again", "network_advice_code": "03", "network_decline_code": "5C"}
    plan_decline(driver, invoice.customer, code="do_not_honor", **told)

    error = refused(driver, invoice.id).json_body["error"]

    charge = charges(driver, invoice.customer)[-1]
    intent = driver.sdk().payment_intents.retrieve(error["payment_intent"]["id"])
    last = intent.last_payment_error
    assert {name: error[name] for name in ON_BOTH} == told
    assert {name: charge.outcome[name] for name in ON_BOTH} == told
    assert {name: last[name] for name in ON_BOTH} == told
    assert (error["charge"], last.charge) == (charge.id, charge.id)
    assert (error["decline_code"], last.decline_code) == ("do_not_honor", "do_not_honor")
    assert (charge.outcome.type, charge.outcome.reason) == ("issuer_declined", "do_not_honor")
    assert charge.outcome.network_status == "declined_by_network"


def test_the_card_is_shown_with_its_own_fingerprint_and_brand(driver: Driver, invoice: Any) -> None:
    plan_decline(driver, invoice.customer)

    error = refused(driver, invoice.id).json_body["error"]

    card = card_of(driver, invoice.customer).card
    charged = charges(driver, invoice.customer)[-1].payment_method_details.card
    shown = error["payment_method"]["card"]
    assert card.brand == "mastercard"
    assert (shown["brand"], shown["fingerprint"]) == (card.brand, card.fingerprint)
    assert (charged.brand, charged.fingerprint, charged.last4) == (card.brand, card.fingerprint, card.last4)


def test_a_block_is_no_decision_of_the_bank(driver: Driver, invoice: Any) -> None:
    told = {"code": "fraudulent", "outcome_type": "blocked", "outcome_reason": "highest_risk_level"}
    plan_decline(driver, invoice.customer, **told)

    refused(driver, invoice.id)

    outcome = charges(driver, invoice.customer)[-1].outcome
    assert (outcome.type, outcome.reason, outcome.risk_level) == ("blocked", "highest_risk_level", "highest")
    assert (outcome.network_status, outcome.network_decline_code) == ("not_sent_to_network", None)


@pytest.mark.parametrize(
    ("reason", "decline_code"),
    [
        ("highest_risk_level", "fraudulent"),
        ("previously_declined_do_not_retry", "generic_decline"),
        ("low_probability_of_authorization", "generic_decline"),
        ("rule", "generic_decline"),
    ],
)
def test_a_reason_of_a_block_is_a_word_of_its_own(
    driver: Driver, invoice: Any, reason: str, decline_code: str
) -> None:
    plan_decline(driver, invoice.customer, code=reason)

    error = refused(driver, invoice.id).json_body["error"]

    outcome = charges(driver, invoice.customer)[-1].outcome
    assert (outcome.type, outcome.reason, error["decline_code"]) == ("blocked", reason, decline_code)


def test_advice_can_be_missing(driver: Driver, invoice: Any) -> None:
    plan_decline(driver, invoice.customer, advice_code="none")

    error = refused(driver, invoice.id).json_body["error"]

    assert "advice_code" not in error
    assert charges(driver, invoice.customer)[-1].outcome.advice_code is None


def test_a_payment_can_be_taken_back_after_the_bank_agreed(driver: Driver, invoice: Any) -> None:
    told = {"outcome_type": "blocked", "outcome_reason": "rule", "network_status": "reversed_after_approval"}
    plan_decline(driver, invoice.customer, **told)

    refused(driver, invoice.id)

    outcome = charges(driver, invoice.customer)[-1].outcome
    assert (outcome.reason, outcome.network_status) == ("rule", "reversed_after_approval")


def test_a_card_that_was_declined_too_often_has_a_code_of_its_own(driver: Driver, invoice: Any) -> None:
    plan_decline(driver, invoice.customer, code="card_decline_rate_limit_exceeded")

    error = refused(driver, invoice.id)

    assert (error.http_status, error.code) == (402, "card_decline_rate_limit_exceeded")
    assert "decline_code" not in error.json_body["error"]


def test_as_many_payments_decline_as_the_control_says(driver: Driver, invoice: Any) -> None:
    plan_decline(driver, invoice.customer, code="lost_card", network_decline_code="41", times=2)

    codes = [refused(driver, invoice.id).json_body["error"]["network_decline_code"] for _ in range(2)]

    assert codes == ["41", "41"]
    assert driver.sdk().invoices.pay(invoice.id).status == "paid"


def test_another_customer_pays_meanwhile(driver: Driver, invoice: Any) -> None:
    plan_decline(driver, invoice.customer, times=0)

    other = driver.subscribe(driver.customer(MASTERCARD), driver.price())

    assert other.status == "active"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("advice_code", "maybe"),
        ("outcome_type", "authorized"),
        ("network_status", "approved_by_network"),
        ("network_advice_code", 3),
        ("network_decline_code", "far too long"),
        ("outcome_reason", "No Word!"),
    ],
)
def test_what_no_decline_says_is_refused_by_name(driver: Driver, field: str, value: Any) -> None:
    reply = driver.control("POST", "decline-next", {"customer": "cus_1", field: value})

    assert (reply.status, field in reply.body["error"]) == (400, True)
    assert driver.control("GET", "faults").body["data"] == []


def test_a_test_card_says_what_its_code_usually_says(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)

    error = refused(driver, invoice.id).json_body["error"]

    assert (error["advice_code"], error["network_decline_code"]) == ("try_again_later", "51")
    assert "network_advice_code" not in error
