"""Recipes of invoices, invoice items and credit notes."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.recipes.table import DESCRIPTION, NO_SOURCE, NOTE, recipe


def _item(driver: Driver, customer: Any) -> Any:
    values = {"amount": 2000, "currency": "usd", "customer": customer.id, "description": DESCRIPTION}
    return driver.sdk().invoice_items.create(values)


def _draft(driver: Driver, *, token: str | None = None, **more: Any) -> Any:
    """A draft over 20 dollars, for a customer whose default card comes from this token."""
    customer = driver.customer(token)
    _item(driver, customer)
    values = {"customer": customer.id, "description": DESCRIPTION, "pending_invoice_items_behavior": "include"}
    return driver.sdk().invoices.create({**values, **more})


def _final(driver: Driver) -> Any:
    return driver.sdk().invoices.finalize_invoice(_draft(driver).id)


@recipe("invoiceitem.created")
def item_created(driver: Driver) -> Any:
    return _item(driver, driver.customer(None))


@recipe("invoiceitem.deleted")
def item_deleted(driver: Driver) -> Any:
    item = item_created(driver)
    driver.sdk().invoice_items.delete(item.id)
    return item


@recipe("invoice.created", differs=NO_SOURCE)
def created(driver: Driver) -> Any:
    customer = driver.customer()
    _item(driver, customer)
    return driver.sdk().invoices.create({"customer": customer.id, "description": DESCRIPTION})


@recipe("invoice.updated")
def updated(driver: Driver) -> Any:
    return driver.sdk().invoices.update(_draft(driver).id, NOTE)


@recipe("invoice.deleted")
def deleted(driver: Driver) -> Any:
    draft = _draft(driver)
    driver.sdk().invoices.delete(draft.id)
    return draft


@recipe("invoice.finalized")
def finalized(driver: Driver) -> Any:
    return _final(driver)


@recipe("invoice.paid")
@recipe("invoice.payment_succeeded")
def paid(driver: Driver) -> Any:
    draft = _draft(driver)
    method = driver.sdk().payment_methods.attach("pm_card_visa", {"customer": draft.customer})
    return driver.sdk().invoices.pay(draft.id, {"payment_method": method.id})


@recipe("invoice.payment_failed")
def failed(driver: Driver) -> Any:
    return _refused(driver, "pm_card_chargeCustomerFail")


@recipe("invoice.payment_action_required", differs=NO_SOURCE)
def waits(driver: Driver) -> Any:
    return _refused(driver, "pm_card_threeDSecure2Required")


def _refused(driver: Driver, token: str) -> Any:
    draft = _draft(driver)
    method = driver.sdk().payment_methods.attach(token, {"customer": draft.customer})
    with pytest.raises(stripe.CardError):
        driver.sdk().invoices.pay(draft.id, {"payment_method": method.id})
    return driver.sdk().invoices.retrieve(draft.id)


@recipe("invoice.sent")
def sent(driver: Driver) -> Any:
    draft = _draft(driver, collection_method="send_invoice", days_until_due=7)
    return driver.sdk().invoices.send_invoice(draft.id)


@recipe("invoice.voided")
def voided(driver: Driver) -> Any:
    return driver.sdk().invoices.void_invoice(_final(driver).id)


@recipe("invoice.marked_uncollectible")
def given_up(driver: Driver) -> Any:
    return driver.sdk().invoices.mark_uncollectible(_final(driver).id)


@recipe("credit_note.created")
def note_created(driver: Driver) -> Any:
    line = {"type": "custom_line_item", "unit_amount": 1000, "quantity": 1, "description": DESCRIPTION}
    return driver.sdk().credit_notes.create({"invoice": _final(driver).id, "lines": [line]})


@recipe("credit_note.updated")
def note_updated(driver: Driver) -> Any:
    return driver.sdk().credit_notes.update(note_created(driver).id, NOTE)


@recipe("credit_note.voided")
def note_voided(driver: Driver) -> Any:
    return driver.sdk().credit_notes.void_credit_note(note_created(driver).id)
