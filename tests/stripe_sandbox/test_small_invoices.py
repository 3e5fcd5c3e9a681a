"""Invoices that are too small to be charged, and those that are paid elsewhere."""

import pytest

from tests.stripe_sandbox.driver import Driver


def entries(driver: Driver, customer: str) -> list[tuple[str, int, int]]:
    """The customer's balance, oldest first: what for, how much, what it came to."""
    found = driver.sdk().customers.balance_transactions.list(customer).data
    return [(entry.type, entry.amount, entry.ending_balance) for entry in reversed(found)]


@pytest.mark.parametrize(("currency", "smallest"), [("usd", 50), ("gbp", 30), ("czk", 1500)])
def test_less_than_the_smallest_charge_moves_to_the_next_invoice(
    driver: Driver, currency: str, smallest: int
) -> None:
    customer = driver.customer()
    price = driver.price(smallest - 1, currency=currency)

    made = driver.subscribe(customer, price, expand=["latest_invoice"])

    invoice = made.latest_invoice
    assert (made.status, invoice.status, invoice.total) == ("active", "paid", smallest - 1)
    assert (invoice.amount_due, invoice.amount_paid, invoice.attempt_count) == (0, 0, 0)
    assert invoice.ending_balance == driver.sdk().customers.retrieve(customer.id).balance == smallest - 1
    assert entries(driver, customer.id) == [("invoice_too_small", smallest - 1, smallest - 1)]
    assert driver.sdk().charges.list().data == []


def test_next_invoice_bills_what_was_too_small(driver: Driver) -> None:
    customer = driver.customer()
    driver.subscribe(customer, driver.price(30))

    driver.advance("P1M2D")

    renewal = driver.sdk().invoices.list({"limit": 1}).data[0]
    assert (renewal.total, renewal.starting_balance, renewal.amount_due, renewal.amount_paid) == (30, 30, 60, 60)
    assert driver.sdk().charges.list().data[0].amount == 60
    assert driver.sdk().customers.retrieve(customer.id).balance == 0


def test_smallest_charge_itself_is_charged(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(50), expand=["latest_invoice"])

    assert made.latest_invoice.amount_paid == 50
    assert driver.sdk().charges.list().data[0].amount == 50


def test_credit_that_leaves_too_little_is_used_first(driver: Driver) -> None:
    customer = driver.customer()
    driver.sdk().customers.balance_transactions.create(customer.id, {"amount": -1000, "currency": "usd"})

    made = driver.subscribe(customer, driver.price(1030), expand=["latest_invoice"])

    assert (made.latest_invoice.amount_due, made.latest_invoice.status) == (0, "paid")
    assert entries(driver, customer.id)[1:] == [("applied_to_invoice", 1000, 0), ("invoice_too_small", 30, 30)]


def test_payment_elsewhere_counts_as_paid_without_a_charge(driver: Driver) -> None:
    subscription = driver.subscribe(
        driver.customer(), driver.price(), collection_method="send_invoice", days_until_due=7
    )

    driver.sdk().invoices.pay(subscription.latest_invoice, {"paid_out_of_band": True})

    expand = {"expand": ["payments", "amount_paid_off_stripe"]}
    paid = driver.sdk().invoices.retrieve(subscription.latest_invoice, expand)
    assert (paid.status, paid.amount_due, paid.amount_paid, paid.amount_remaining) == ("paid", 2500, 2500, 0)
    assert paid["amount_paid_off_stripe"] == 2500
    assert [payment.status for payment in paid.payments.data] == ["canceled"]
    assert "amount_paid_off_stripe" not in driver.events("invoice.paid")[-1].data.object
    assert driver.sdk().charges.list().data == []


def test_payment_by_card_is_no_payment_elsewhere(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price())

    paid = driver.sdk().invoices.retrieve(made.latest_invoice, {"expand": ["amount_paid_off_stripe"]})

    assert paid["amount_paid_off_stripe"] == 0
