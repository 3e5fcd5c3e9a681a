"""Automatic tax for a customer whose place nobody knows when the invoice is to be final."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.event_log import EventLog


def draft(driver: Driver, **more: Any) -> Any:
    """A draft by hand over ten dollars under automatic tax, for a customer without an address."""
    customer = driver.customer()
    driver.sdk().invoice_items.create({"customer": customer.id, "amount": 1000, "currency": "usd"})
    terms = {"pending_invoice_items_behavior": "include", "automatic_tax": {"enabled": True}}
    return driver.sdk().invoices.create({"customer": customer.id, **terms, **more})


@pytest.mark.parametrize("call", ["finalize_invoice", "pay"])
def test_a_draft_without_a_place_cannot_be_final_and_says_so(driver: Driver, call: str) -> None:
    made = draft(driver)
    log = EventLog(driver)
    log.skip()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        getattr(driver.sdk().invoices, call)(made.id)

    invoice = driver.sdk().invoices.retrieve(made.id)
    assert refused.value.code == "customer_tax_location_invalid"
    assert (invoice.status, invoice.last_finalization_error.code) == ("draft", "customer_tax_location_invalid")
    assert log.types() == ["invoice.finalization_failed"]


def test_a_draft_that_could_not_be_final_becomes_so_with_an_address(driver: Driver) -> None:
    made = draft(driver)
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().invoices.finalize_invoice(made.id)

    driver.sdk().customers.update(made.customer, {"address": {"country": "DE"}})
    invoice = driver.sdk().invoices.finalize_invoice(made.id)

    assert (invoice.status, invoice.last_finalization_error) == ("open", None)
    assert invoice.automatic_tax.status == "complete"


def test_a_draft_that_advances_by_itself_stops_once(driver: Driver) -> None:
    made = draft(driver, auto_advance=True)
    log = EventLog(driver)
    log.skip()

    driver.advance("P4D")

    assert log.by_time_alone() == ["invoice.finalization_failed"]
    assert driver.sdk().invoices.retrieve(made.id).status == "draft"


def test_a_renewal_goes_on_without_tax(driver: Driver) -> None:
    customer = driver.customer()
    driver.sdk().customers.update(customer.id, {"address": {"country": "DE"}})
    subscription = driver.subscribe(customer, driver.price(1000), automatic_tax={"enabled": True})
    driver.sdk().customers.update(customer.id, {"address": ""})

    driver.advance("P31DT2H")

    invoice = driver.sdk().invoices.list({"subscription": subscription.id}).data[0]
    tax = invoice.automatic_tax
    assert (tax.enabled, tax.disabled_reason) == (False, "finalization_requires_location_inputs")
    assert (invoice.status, invoice.total, invoice.total_taxes) == ("paid", 1000, [])


def test_a_subscription_does_not_begin_without_a_place(driver: Driver) -> None:
    customer, price = driver.customer(), driver.price(1000)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        driver.subscribe(customer, price, automatic_tax={"enabled": True})

    assert refused.value.code == "customer_tax_location_invalid"
    assert driver.sdk().subscriptions.list({"customer": customer.id}).data == []
