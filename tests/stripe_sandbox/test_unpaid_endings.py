"""How an unpaid renewal ends without money: voided, given up, its subscription cancelled, its charge disputed."""

from typing import Any

import pytest

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.dunning import charges, subscription_of, unpaid_renewal
from tests.stripe_sandbox.event_log import EventLog


@pytest.fixture
def log(driver: Driver) -> EventLog:
    return EventLog(driver)


@pytest.fixture
def invoice(driver: Driver, log: EventLog) -> Any:
    """An unpaid renewal that the account tries again in three days."""
    driver.control("POST", "settings", {"retries": "fixed:3", "after_retries": "cancel"})
    found = unpaid_renewal(driver)
    log.skip()
    return found


def test_a_voided_invoice_is_tried_no_more(driver: Driver, log: EventLog, invoice: Any) -> None:
    voided = driver.sdk().invoices.void_invoice(invoice.id)

    told = log.types()
    driver.advance("P10D")
    assert (voided.status, voided.next_payment_attempt, voided.amount_remaining) == ("void", None, 2500)
    assert told == ["payment_intent.canceled", "invoice.voided"]
    assert driver.sdk().invoices.retrieve(invoice.id).attempt_count == 1
    assert subscription_of(driver, invoice).status == "past_due"


def test_an_invoice_that_is_given_up_is_tried_no_more(driver: Driver, log: EventLog, invoice: Any) -> None:
    given_up = driver.sdk().invoices.mark_uncollectible(invoice.id)

    told = log.types()
    driver.advance("P10D")
    assert (given_up.status, given_up.next_payment_attempt) == ("uncollectible", None)
    assert told == ["invoice.marked_uncollectible"]
    assert driver.sdk().invoices.retrieve(invoice.id).attempt_count == 1


def test_a_cancelled_subscription_leaves_its_invoice_open_and_untried(
    driver: Driver, log: EventLog, invoice: Any
) -> None:
    driver.sdk().subscriptions.cancel(invoice.parent.subscription_details.subscription)

    told = log.types()
    driver.advance("P10D")
    now = driver.sdk().invoices.retrieve(invoice.id)
    assert told == ["invoice.updated", "customer.subscription.deleted"]
    assert (now.status, now.auto_advance, now.next_payment_attempt, now.attempt_count) == ("open", False, None, 1)
    assert subscription_of(driver, invoice).cancellation_details.reason == "cancellation_requested"


def test_the_end_of_a_subscription_stops_all_open_invoices_of_its_customer(driver: Driver, invoice: Any) -> None:
    other = driver.sdk().subscriptions.create(
        {"customer": invoice.customer, "items": [{"price": driver.price().id}], "trial_period_days": 60}
    )

    driver.sdk().subscriptions.cancel(other.id)

    assert driver.sdk().invoices.retrieve(invoice.id).auto_advance is False


def test_a_late_payment_after_the_end_does_not_bring_it_back(driver: Driver, invoice: Any) -> None:
    driver.sdk().subscriptions.cancel(invoice.parent.subscription_details.subscription)
    method = driver.sdk().payment_methods.attach("pm_card_visa", {"customer": invoice.customer})

    paid = driver.sdk().invoices.pay(invoice.id, {"payment_method": method.id})

    assert paid.status == "paid"
    assert subscription_of(driver, invoice).status == "canceled"


@pytest.mark.parametrize(
    ("is_inquiry", "status", "told"),
    [
        (False, "needs_response", ["charge.dispute.created", "charge.dispute.funds_withdrawn"]),
        (True, "warning_needs_response", ["charge.dispute.created"]),
    ],
)
def test_a_dispute_of_an_earlier_charge_does_not_touch_the_open_invoice(
    driver: Driver, log: EventLog, invoice: Any, is_inquiry: bool, status: str, told: list[str]
) -> None:
    first = charges(driver, invoice.customer)[0]

    driver.control("POST", "disputes", {"charge": first.id, "inquiry": is_inquiry})

    [dispute] = driver.sdk().disputes.list({"charge": first.id}).data
    types = [name for name in log.types() if name != "charge.updated"]
    assert (dispute.status, dispute.payment_intent) == (status, first.payment_intent)
    assert types == told
    assert driver.sdk().invoices.retrieve(invoice.id).status == "open"
    assert subscription_of(driver, invoice).status == "past_due"
