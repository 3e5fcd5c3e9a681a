"""The customer's balance: entries by hand, debts billed along, what a voided invoice gives back."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def entries(driver: Driver, customer: Any) -> list[tuple[str, int, int]]:
    """Type, amount and ending balance, oldest first."""
    found = driver.sdk().customers.balance_transactions.list(customer.id).data
    return [(entry.type, entry.amount, entry.ending_balance) for entry in reversed(found)]


def test_entry_by_hand_changes_the_balance(driver: Driver) -> None:
    customer = driver.customer()

    entry = driver.sdk().customers.balance_transactions.create(
        customer.id, {"amount": -500, "currency": "usd", "description": "Goodwill"}
    )

    assert (entry.type, entry.ending_balance, entry.description) == ("adjustment", -500, "Goodwill")
    assert driver.sdk().customers.retrieve(customer.id).balance == -500
    assert driver.sdk().customers.balance_transactions.retrieve(customer.id, entry.id).amount == -500


def test_another_currency_is_refused(driver: Driver) -> None:
    customer = driver.customer()
    balance = driver.sdk().customers.balance_transactions
    balance.create(customer.id, {"amount": -500, "currency": "usd"})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        balance.create(customer.id, {"amount": -500, "currency": "eur"})

    assert caught.value.param == "currency"


def test_balance_set_on_the_customer_leaves_entries(driver: Driver) -> None:
    customer = driver.sdk().customers.create({"balance": -300})

    driver.sdk().customers.update(customer.id, {"balance": 200})

    assert entries(driver, customer) == [("initial", -300, -300), ("adjustment", 500, 200)]


def test_debt_is_billed_with_the_next_invoice(driver: Driver) -> None:
    customer = driver.customer()
    driver.sdk().customers.update(customer.id, {"balance": 400})

    invoice = driver.subscribe(customer, driver.price(), expand=["latest_invoice"]).latest_invoice

    assert (invoice.total, invoice.amount_due, invoice.amount_paid) == (2500, 2900, 2900)
    assert (invoice.starting_balance, invoice.ending_balance) == (400, 0)
    assert driver.sdk().charges.list().data[0].amount == 2900
    assert entries(driver, customer)[-1] == ("applied_to_invoice", -400, 0)


def test_voided_invoice_gives_the_credit_back(driver: Driver) -> None:
    customer = driver.customer()
    driver.sdk().customers.update(customer.id, {"balance": -1000})
    subscription = driver.subscribe(customer, driver.price(), collection_method="send_invoice", days_until_due=7)

    driver.sdk().invoices.void_invoice(subscription.latest_invoice)

    assert driver.sdk().customers.retrieve(customer.id).balance == -1000
    assert entries(driver, customer)[1:] == [
        ("applied_to_invoice", 1000, 0),
        ("unapplied_from_invoice", -1000, -1000),
    ]
