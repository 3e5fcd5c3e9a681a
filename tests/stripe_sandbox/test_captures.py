"""Manual capture: authorise, capture in whole or in part, cancel, seven days."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.money import balance_minor, pay
from tests.stripe_sandbox.test_payments import confirm


def authorised(driver: Driver) -> Any:
    """A charge whose money is held and not taken."""
    return pay(driver, amount=2900, capture_method="manual")


def test_authorised_amount_waits_for_capture(driver: Driver) -> None:
    intent = confirm(driver, driver.customer(), capture_method="manual", expand=["latest_charge"])

    charge = intent.latest_charge
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 2900, 0)
    assert (charge.status, charge.captured, charge.paid, charge.amount_captured) == (
        "succeeded",
        False,
        True,
        0,
    )
    assert charge.balance_transaction is None
    assert charge.payment_method_details.card["capture_before"] - charge.created == 604800


def test_captured_amount_is_received(driver: Driver) -> None:
    intent = confirm(driver, driver.customer(), capture_method="manual")

    captured = driver.sdk().payment_intents.capture(intent.id, {"amount_to_capture": 2000})

    assert (captured.status, captured.amount_received) == ("succeeded", 2000)


def test_authorisation_ends_after_seven_days(driver: Driver) -> None:
    intent = confirm(driver, driver.customer(), capture_method="manual")

    driver.advance("P7D")

    found = driver.sdk().payment_intents.retrieve(intent.id)
    assert (found.status, found.cancellation_reason) == ("canceled", "automatic")


def test_part_that_is_captured_is_what_the_balance_gets(driver: Driver) -> None:
    charge = authorised(driver)
    before = balance_minor(driver)

    driver.sdk().payment_intents.capture(charge.payment_intent, {"amount_to_capture": 2000})

    after = driver.sdk().charges.retrieve(charge.id)
    assert (before, balance_minor(driver)) == (0, 2000 - 88)
    assert (after.amount, after.amount_captured, after.captured) == (2900, 2000, True)
    assert driver.event_types("payment_intent.amount_capturable_updated")[-2:] == [
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_more_than_was_authorised_is_not_captured(driver: Driver) -> None:
    charge = authorised(driver)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().payment_intents.capture(charge.payment_intent, {"amount_to_capture": 2901})

    assert (caught.value.code, caught.value.param) == ("amount_too_large", "amount_to_capture")


def test_nothing_is_captured_twice(driver: Driver) -> None:
    charge = authorised(driver)
    driver.sdk().payment_intents.capture(charge.payment_intent)

    with pytest.raises(stripe.InvalidRequestError) as by_intent:
        driver.sdk().payment_intents.capture(charge.payment_intent)
    with pytest.raises(stripe.InvalidRequestError) as by_charge:
        driver.sdk().charges.capture(charge.id)

    assert by_intent.value.code == "payment_intent_unexpected_state"
    assert by_charge.value.code == "charge_already_captured"


def test_charge_can_be_captured_by_its_own_call(driver: Driver) -> None:
    charge = authorised(driver)

    captured = driver.sdk().charges.capture(charge.id, {"amount": 1000})

    assert (captured.captured, captured.amount_captured) == (True, 1000)
    assert driver.sdk().payment_intents.retrieve(charge.payment_intent).amount_received == 1000


def test_cancelled_authorisation_takes_nothing(driver: Driver) -> None:
    charge = authorised(driver)

    cancelled = driver.sdk().payment_intents.cancel(charge.payment_intent)

    assert (cancelled.status, cancelled.amount_capturable) == ("canceled", 0)
    assert balance_minor(driver) == 0
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().payment_intents.capture(charge.payment_intent)


def test_uncaptured_charge_has_nothing_to_refund(driver: Driver) -> None:
    charge = authorised(driver)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().refunds.create({"charge": charge.id})

    assert caught.value.code == "charge_not_refundable"


def test_only_the_captured_part_is_refunded(driver: Driver) -> None:
    charge = authorised(driver)
    driver.sdk().payment_intents.capture(charge.payment_intent, {"amount_to_capture": 2000})

    refund = driver.sdk().refunds.create({"charge": charge.id})

    assert refund.amount == 2000
    assert driver.sdk().charges.retrieve(charge.id).refunded is True


def test_expiry_is_told_of_the_charge_and_the_intent(driver: Driver) -> None:
    authorised(driver)

    driver.advance("P7D")

    assert driver.event_types("payment_intent.amount_capturable_updated") == [
        "charge.expired",
        "payment_intent.canceled",
    ]
