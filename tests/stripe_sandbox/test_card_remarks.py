"""What is said of a payment beside whether it succeeded: checks, risk, block, the words on the bank statement."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

ADDRESS = {"line1": "1 High Street", "postal_code": "SW1A 1AA", "country": "GB"}


def charged(driver: Driver, token: str, *, address: dict[str, str] | None = None, **params: Any) -> Any:
    sdk = driver.sdk()
    name = token
    if address is not None:
        values = {"type": "card", "card": {"token": token.replace("pm_card_", "tok_")}}
        name = sdk.payment_methods.create({**values, "billing_details": {"address": address}}).id
    intent = sdk.payment_intents.create(
        {
            "amount": 2000,
            "currency": "usd",
            "payment_method_types": ["card"],
            "payment_method": name,
            "confirm": True,
            "expand": ["latest_charge"],
            **params,
        }
    )
    return intent.latest_charge


@pytest.mark.parametrize(
    ("token", "line1", "postal_code", "cvc"),
    [
        ("pm_card_visa", "pass", "pass", "pass"),
        ("pm_card_avsFail", "fail", "fail", "pass"),
        ("pm_card_avsLine1Fail", "fail", "pass", "pass"),
        ("pm_card_avsZipFail", "pass", "fail", "pass"),
        ("pm_card_avsUnchecked", "unavailable", "unavailable", "pass"),
        ("pm_card_cvcCheckFail", "pass", "pass", "fail"),
    ],
)
def test_bank_checks_what_was_given(driver: Driver, token: str, line1: str, postal_code: str, cvc: str) -> None:
    charge = charged(driver, token, address=ADDRESS)

    checks = charge.payment_method_details.card.checks
    assert charge.paid
    assert (checks.address_line1_check, checks.address_postal_code_check, checks.cvc_check) == (
        line1,
        postal_code,
        cvc,
    )


def test_address_that_was_not_given_is_not_checked(driver: Driver) -> None:
    checks = charged(driver, "pm_card_avsFail").payment_method_details.card.checks

    assert (checks.address_line1_check, checks.address_postal_code_check) == (None, None)


def test_new_address_of_a_card_is_checked(driver: Driver) -> None:
    method = driver.sdk().payment_methods.attach("pm_card_avsZipFail", {"customer": driver.customer(None).id})

    changed = driver.sdk().payment_methods.update(method.id, {"billing_details": {"address": ADDRESS}})

    assert changed.card.checks.address_line1_check == "pass"
    assert changed.card.checks.address_postal_code_check == "fail"


def test_elevated_risk_pays_and_is_told(driver: Driver) -> None:
    charge = charged(driver, "pm_card_riskLevelElevated")

    assert (charge.paid, charge.outcome.risk_level, charge.outcome.type) == (True, "elevated", "authorized")


@pytest.mark.parametrize(
    "token", ["pm_card_radarBlock", "pm_card_riskLevelHighest", "pm_card_chargeDeclinedFraudulent"]
)
def test_what_is_suspected_of_fraud_is_blocked_before_the_bank(driver: Driver, token: str) -> None:
    with pytest.raises(stripe.CardError) as caught:
        charged(driver, token)

    [charge] = driver.sdk().charges.list().data
    assert (caught.value.code, charge.failure_code) == ("card_declined", "card_declined")
    assert (charge.outcome.type, charge.outcome.network_status) == ("blocked", "not_sent_to_network")
    assert (charge.outcome.reason, charge.outcome.risk_level) == ("highest_risk_level", "highest")


def test_decline_of_the_bank_is_no_block(driver: Driver) -> None:
    with pytest.raises(stripe.CardError):
        charged(driver, "pm_card_sandbox_insufficient_funds")

    [charge] = driver.sdk().charges.list().data
    assert (charge.outcome.type, charge.outcome.network_status) == ("issuer_declined", "declined_by_network")


@pytest.mark.parametrize(
    ("suffix", "shown"),
    [("ORDER 7", "SANDBOX* ORDER 7"), ("A VERY LONG ORDER", "SANDBOX* A VERY LONG O"), (None, "SANDBOX MERCHANT")],
)
def test_suffix_stands_on_the_bank_statement(driver: Driver, suffix: str | None, shown: str) -> None:
    charge = charged(driver, "pm_card_visa", **({"statement_descriptor_suffix": suffix} if suffix else {}))

    assert (charge.calculated_statement_descriptor, charge.statement_descriptor_suffix) == (shown, suffix)


def test_suffix_can_come_with_the_capture(driver: Driver) -> None:
    charge = charged(driver, "pm_card_visa", capture_method="manual")

    driver.sdk().payment_intents.capture(charge.payment_intent, {"statement_descriptor_suffix": "LATE"})

    assert driver.sdk().charges.retrieve(charge.id).calculated_statement_descriptor == "SANDBOX* LATE"
