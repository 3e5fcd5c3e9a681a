"""The account's own retries: off, on a schedule, without a charge after a hard decline, and what ends them."""

from typing import Any

import pytest

from stripe_sandbox.engine.declines import HARD_DECLINES
from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.dunning import (
    card_of,
    charges,
    latest_invoice,
    new_card,
    plan_decline,
    subscription_of,
    unpaid_renewal,
)

DAY_SECONDS = 86_400


def switch(driver: Driver, **values: Any) -> None:
    assert driver.control("POST", "settings", values).status == 200


def test_without_retries_nothing_follows_the_first_failure(driver: Driver) -> None:
    switch(driver, after_retries="cancel")
    invoice = unpaid_renewal(driver)

    driver.advance("P20D")

    now = driver.sdk().invoices.retrieve(invoice.id)
    assert (invoice.attempt_count, invoice.next_payment_attempt, invoice.auto_advance) == (1, None, True)
    assert (now.attempt_count, now.next_payment_attempt, now.status) == (1, None, "open")
    assert subscription_of(driver, invoice).status == "past_due"


def test_each_retry_comes_on_its_day_and_counts(driver: Driver) -> None:
    switch(driver, retries="fixed:3,5")
    invoice = unpaid_renewal(driver)
    first_at = charges(driver, invoice.customer)[-1].created

    driver.advance("P4D")
    second = driver.sdk().invoices.retrieve(invoice.id)
    driver.advance("P5D")

    last = driver.sdk().invoices.retrieve(invoice.id)
    tried_at = [charge.created - first_at for charge in charges(driver, invoice.customer)[2:]]
    assert invoice.next_payment_attempt == first_at + 3 * DAY_SECONDS
    assert second.next_payment_attempt == first_at + 8 * DAY_SECONDS
    assert (second.attempt_count, last.attempt_count, last.next_payment_attempt) == (2, 3, None)
    assert tried_at == [3 * DAY_SECONDS, 8 * DAY_SECONDS]


def test_next_try_stands_in_the_update_that_follows_the_failure(driver: Driver) -> None:
    switch(driver, retries="fixed:3")
    invoice = unpaid_renewal(driver)

    [failed] = driver.events("invoice.payment_failed")
    updated = driver.events("invoice.updated")[-1]

    assert failed.data.object["next_payment_attempt"] is None
    assert updated.data.object["next_payment_attempt"] == invoice.next_payment_attempt


@pytest.mark.parametrize(
    ("after", "status", "reason", "told"),
    [
        ("cancel", "canceled", "payment_failed", "customer.subscription.deleted"),
        ("unpaid", "unpaid", None, "customer.subscription.updated"),
        ("leave", "past_due", None, "invoice.updated"),
    ],
)
def test_the_last_failure_ends_as_the_account_says(
    driver: Driver, after: str, status: str, reason: str | None, told: str
) -> None:
    switch(driver, retries="fixed:3", after_retries=after)
    invoice = unpaid_renewal(driver)

    driver.advance("P4D")

    now = subscription_of(driver, invoice)
    assert (now.status, now.cancellation_details.reason) == (status, reason)
    assert driver.sdk().invoices.retrieve(invoice.id).status == "open"
    assert told in driver.event_types("invoice.payment_failed")


def test_the_end_after_the_last_failure_stops_the_customers_other_invoices(driver: Driver) -> None:
    switch(driver, retries="fixed:3", after_retries="cancel")
    invoice = unpaid_renewal(driver)
    other = driver.sdk().invoices.create({"customer": invoice.customer, "auto_advance": True})
    driver.sdk().invoice_items.create(
        {"customer": invoice.customer, "invoice": other.id, "amount": 500, "currency": "usd"}
    )
    driver.sdk().invoices.finalize_invoice(other.id, {"auto_advance": True})

    driver.advance("P4D")

    now = [driver.sdk().invoices.retrieve(each.id) for each in (invoice, other)]
    assert [each.auto_advance for each in now] == [False, False]
    assert now[1].next_payment_attempt is None


def test_an_unpaid_subscription_bills_drafts_that_stay_drafts(driver: Driver) -> None:
    switch(driver, retries="fixed:3", after_retries="unpaid")
    invoice = unpaid_renewal(driver)

    driver.advance("P33D")

    draft = latest_invoice(driver, invoice.parent.subscription_details.subscription)
    assert draft.id != invoice.id
    assert (draft.status, draft.auto_advance) == ("draft", False)


@pytest.mark.parametrize("code", sorted(HARD_DECLINES))
def test_after_a_hard_decline_a_retry_counts_and_charges_nothing(driver: Driver, code: str) -> None:
    switch(driver, retries="fixed:3,5")
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price())
    plan_decline(driver, customer.id, code=code)
    driver.advance("P31DT2H")
    before = len(charges(driver, customer.id))

    driver.advance("P4D")

    now = latest_invoice(driver, subscription.id)
    assert len(charges(driver, customer.id)) == before
    assert (now.status, now.attempt_count) == ("open", 2)
    assert now.next_payment_attempt is not None


@pytest.mark.parametrize("way", ["new_card", "replaced"])
def test_a_new_card_lets_the_next_retry_charge(driver: Driver, way: str) -> None:
    switch(driver, retries="fixed:3,5")
    invoice = unpaid_renewal(driver, card="pm_card_sandbox_sequence_ok,stolen_card")
    if way == "new_card":
        settings = {"default_payment_method": new_card(driver, invoice.customer).id}
        driver.sdk().customers.update(invoice.customer, {"invoice_settings": settings})
    else:
        method = card_of(driver, invoice.customer).id
        driver.control("POST", "payment-methods/replace", {"payment_method": method})

    driver.advance("P4D")

    assert driver.sdk().invoices.retrieve(invoice.id).status == "paid"
    assert subscription_of(driver, invoice).status == "active"


def test_a_payment_that_waits_for_its_owner_keeps_its_schedule(driver: Driver) -> None:
    switch(driver, retries="fixed:3", after_retries="cancel")
    invoice = unpaid_renewal(driver, card="pm_card_sandbox_sequence_ok,authenticate")

    driver.advance("P4D")

    assert invoice.next_payment_attempt is not None
    assert driver.sdk().invoices.retrieve(invoice.id).attempt_count == 2
    assert subscription_of(driver, invoice).status == "canceled"
    assert driver.event_types().count("invoice.payment_action_required") == 1


def test_false_on_an_open_renewal_stops_retries_and_what_follows_them(driver: Driver) -> None:
    switch(driver, retries="fixed:3", after_retries="cancel")
    invoice = unpaid_renewal(driver)

    stopped = driver.sdk().invoices.update(invoice.id, {"auto_advance": False})
    driver.advance("P20D")

    [event] = driver.events("invoice.updated")[-1:]
    now = driver.sdk().invoices.retrieve(invoice.id)
    assert (stopped.auto_advance, stopped.next_payment_attempt) == (False, None)
    assert (now.attempt_count, now.status) == (1, "open")
    assert subscription_of(driver, invoice).status == "past_due"
    assert event.data.previous_attributes["auto_advance"] is True


def test_true_takes_the_schedule_up_again(driver: Driver) -> None:
    switch(driver, retries="fixed:3,5")
    invoice = unpaid_renewal(driver)
    driver.sdk().invoices.update(invoice.id, {"auto_advance": False})

    resumed = driver.sdk().invoices.update(invoice.id, {"auto_advance": True})
    driver.advance("P6D")

    assert resumed.next_payment_attempt is not None
    assert driver.sdk().invoices.retrieve(invoice.id).attempt_count == 2


def test_an_invoice_that_waits_for_somebody_can_still_be_paid(driver: Driver) -> None:
    invoice = unpaid_renewal(driver, card="pm_card_sandbox_sequence_ok,insufficient_funds,ok")
    driver.sdk().invoices.update(invoice.id, {"auto_advance": False})

    assert driver.sdk().invoices.pay(invoice.id).status == "paid"
    assert subscription_of(driver, invoice).status == "active"
