"""Recipes of payment and setup intents, charges, refunds, disputes and the checkout page."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.hosted import checkout
from tests.stripe_sandbox.driver import Driver, card
from tests.stripe_sandbox.recipes.table import DESCRIPTION, NOT_STORED, NOTE, recipe

NO_CHARGE_CALL = "a charge is made by its payment intent: the older call that makes charges is not built"
CARD_ACTION = "a card that wants 3-D Secure instead of a bank transfer, which the sandbox does not have"


def _pay(driver: Driver, test_card: str = "pm_card_visa", **more: Any) -> Any:
    values = {"amount": 2000, "currency": "usd", "description": DESCRIPTION, "payment_method_types": ["card"]}
    return driver.sdk().payment_intents.create({**values, "payment_method": test_card, "confirm": True, **more})


def _fail(driver: Driver) -> Any:
    with pytest.raises(stripe.CardError) as refused:
        _pay(driver, "pm_card_visa_chargeDeclined")
    return refused.value.error


@recipe("payment_intent.created")
def intent_created(driver: Driver) -> Any:
    values = {"amount": 2000, "currency": "usd", "description": DESCRIPTION, "payment_method_types": ["card"]}
    return driver.sdk().payment_intents.create(values)


@recipe("payment_intent.succeeded")
def intent_succeeded(driver: Driver) -> Any:
    address = {"line1": "1 Long Road", "city": "Springfield", "country": "US"}
    return _pay(driver, shipping={"name": "Alice", "address": address})


@recipe("payment_intent.canceled", differs=NOT_STORED)
def intent_canceled(driver: Driver) -> Any:
    reason = {"cancellation_reason": "requested_by_customer"}
    return driver.sdk().payment_intents.cancel(intent_created(driver).id, reason)


@recipe("payment_intent.payment_failed")
def intent_failed(driver: Driver) -> Any:
    return _fail(driver).payment_intent


@recipe("payment_intent.requires_action", differs=CARD_ACTION)
def intent_waits(driver: Driver) -> Any:
    return _pay(driver, "pm_card_threeDSecure2Required")


@recipe("payment_intent.amount_capturable_updated")
def intent_capturable(driver: Driver) -> Any:
    return _pay(driver, capture_method="manual", return_url="https://example.com/back")


def _charge(driver: Driver, intent: Any) -> Any:
    return driver.sdk().charges.retrieve(intent.latest_charge)


@recipe("charge.succeeded")
def charge_succeeded(driver: Driver) -> Any:
    return _charge(driver, _pay(driver))


@recipe("charge.failed")
def charge_failed(driver: Driver) -> Any:
    return driver.sdk().charges.retrieve(_fail(driver).charge)


@recipe("charge.updated")
def charge_updated(driver: Driver) -> Any:
    return driver.sdk().charges.update(_pay(driver).latest_charge, NOTE)


@recipe("charge.captured", differs=NO_CHARGE_CALL)
def charge_captured(driver: Driver) -> Any:
    return driver.sdk().charges.capture(_pay(driver, capture_method="manual").latest_charge)


@recipe("charge.refunded")
def charge_refunded(driver: Driver) -> Any:
    intent = _pay(driver)
    driver.sdk().refunds.create({"payment_intent": intent.id})
    return _charge(driver, intent)


@recipe("refund.created")
def refund_created(driver: Driver) -> Any:
    return driver.sdk().refunds.create({"payment_intent": _pay(driver).id})


@recipe("refund.updated")
@recipe("charge.refund.updated")
def refund_updated(driver: Driver) -> Any:
    return driver.sdk().refunds.update(refund_created(driver).id, NOTE)


def _dispute(driver: Driver, token: str) -> Any:
    """The dispute that this card brings about, some seconds after it paid."""
    intent = _pay(driver, token)
    driver.advance("PT10S")
    return driver.sdk().disputes.list({"payment_intent": intent.id}).data[0]


@recipe("charge.dispute.created")
def dispute_created(driver: Driver) -> Any:
    return _dispute(driver, "pm_card_createDisputeInquiry")


@recipe("charge.dispute.updated")
def dispute_updated(driver: Driver) -> Any:
    return driver.sdk().disputes.update(dispute_created(driver).id, NOTE)


@recipe("charge.dispute.closed", differs=NOT_STORED)
def dispute_closed(driver: Driver) -> Any:
    return driver.sdk().disputes.close(_dispute(driver, "pm_card_createDispute").id)


def _set_up(driver: Driver, **more: Any) -> Any:
    return driver.sdk().setup_intents.create({"description": DESCRIPTION, "payment_method_types": ["card"], **more})


@recipe("setup_intent.created", differs=NOT_STORED)
def setup_created(driver: Driver) -> Any:
    return _set_up(driver)


@recipe("setup_intent.canceled")
def setup_canceled(driver: Driver) -> Any:
    reason = {"cancellation_reason": "requested_by_customer"}
    return driver.sdk().setup_intents.cancel(_set_up(driver).id, reason)


@recipe("setup_intent.succeeded")
def setup_succeeded(driver: Driver) -> Any:
    return _set_up(driver, confirm=True, payment_method="pm_card_visa")


@recipe("setup_intent.requires_action")
def setup_waits(driver: Driver) -> Any:
    return _set_up(driver, confirm=True, payment_method="pm_card_authenticationRequired")


@recipe("setup_intent.setup_failed", differs=NOT_STORED)
def setup_failed(driver: Driver) -> Any:
    with pytest.raises(stripe.CardError) as refused:
        _set_up(driver, confirm=True, payment_method="pm_card_chargeDeclined")
    return refused.value.error.setup_intent


def _session(driver: Driver) -> Any:
    product = driver.sdk().products.create({"name": "Box", "description": DESCRIPTION})
    price = driver.sdk().prices.create({"product": product.id, "unit_amount": 1500, "currency": "usd"})
    urls = {"success_url": "https://example.com/done", "cancel_url": "https://example.com/back"}
    lines = [{"price": price.id, "quantity": 2}]
    return driver.sdk().checkout.sessions.create({**urls, "mode": "payment", "line_items": lines})


@recipe("checkout.session.completed")
def checkout_completed(driver: Driver) -> Any:
    session = _session(driver)
    checkout.submit(driver.sandbox, session.id, card=card(), email="alice@example.org")
    return driver.sdk().checkout.sessions.retrieve(session.id)


@recipe("checkout.session.expired")
def checkout_expired(driver: Driver) -> Any:
    return driver.sdk().checkout.sessions.expire(_session(driver).id)
