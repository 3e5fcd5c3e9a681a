"""Invoice items and drafts made by hand, as recorded."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def test_invoice_item_reads_as_recorded(driver: Driver) -> None:
    customer = driver.customer()

    item = driver.sdk().invoice_items.create(
        {"customer": customer.id, "amount": 1000, "currency": "usd", "description": "One-time setup fee"}
    )

    assert (item.object, item.invoice, item.quantity, str(item.quantity_decimal)) == ("invoiceitem", None, 1, "1")
    assert item.period.start == item.period.end == item.date
    assert (item.proration, item.parent, str(item.pricing.unit_amount_decimal)) == (False, None, "1000")
    price = driver.sdk().prices.retrieve(item.pricing.price_details.price)
    assert (price.product, price.unit_amount) == (item.pricing.price_details.product, 1000)


def test_draft_with_pending_items_reads_as_recorded(driver: Driver) -> None:
    customer = driver.customer()
    item = driver.sdk().invoice_items.create({"customer": customer.id, "amount": 1000, "currency": "usd"})

    draft = driver.sdk().invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})

    [line] = draft.lines.data
    assert (draft.status, draft.total, draft.amount_remaining, draft.parent) == ("draft", 1000, 1000, None)
    assert (draft.auto_advance, draft.number, draft.hosted_invoice_url) == (False, None, None)
    assert (line.parent.type, line.subtotal, str(line.quantity_decimal)) == ("invoice_item_details", 1000, "1")
    assert line.parent.invoice_item_details.invoice_item == item.id
    assert driver.sdk().invoice_items.retrieve(item.id).invoice == draft.id


def test_payment_of_such_a_draft_reads_as_recorded(driver: Driver) -> None:
    customer = driver.customer()
    driver.sdk().invoice_items.create({"customer": customer.id, "amount": 1000, "currency": "usd"})
    draft = driver.sdk().invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})

    paid = driver.sdk().invoices.pay(draft.id)

    assert (paid.status, paid.attempt_count, paid.amount_paid, paid.amount_remaining) == ("paid", 1, 1000, 0)
    assert paid.number.endswith("-0001")
    assert paid.status_transitions.finalized_at == paid.status_transitions.paid_at
    assert (draft.rendering.pdf.page_size, paid.rendering.pdf.page_size) == ("auto", "letter")


def test_empty_draft_is_paid_without_an_attempt(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price())

    draft = driver.sdk().invoices.create({"customer": customer.id, "subscription": subscription.id})
    paid = driver.sdk().invoices.pay(draft.id)

    assert (draft.status, draft.total, draft.lines.data, draft.billing_reason) == ("draft", 0, [], "manual")
    assert (draft.attempted, draft.number, draft.effective_at, draft.ending_balance) == (False, None, None, None)
    assert (paid.status, paid.amount_paid, paid.attempt_count, paid.attempted) == ("paid", 0, 0, True)
    assert paid.number.endswith("-0002")


def test_item_is_left_out_of_a_draft_that_does_not_ask_for_it(driver: Driver) -> None:
    customer = driver.customer()
    item = driver.sdk().invoice_items.create({"customer": customer.id, "amount": 1000, "currency": "usd"})

    draft = driver.sdk().invoices.create({"customer": customer.id})

    assert draft.lines.data == []
    assert driver.sdk().invoice_items.retrieve(item.id).invoice is None


def test_item_on_a_draft_changes_its_sums(driver: Driver) -> None:
    customer = driver.customer()
    draft = driver.sdk().invoices.create({"customer": customer.id})
    values = {"customer": customer.id, "invoice": draft.id, "amount": 700, "currency": "usd"}
    item = driver.sdk().invoice_items.create(values)

    driver.sdk().invoice_items.update(item.id, {"amount": 900})
    raised = driver.sdk().invoices.retrieve(draft.id)
    driver.sdk().invoice_items.delete(item.id)
    emptied = driver.sdk().invoices.retrieve(draft.id)

    assert (raised.total, raised.lines.data[0].amount) == (900, 900)
    assert (emptied.total, emptied.lines.data) == (0, [])


def test_item_of_a_final_invoice_cannot_be_changed(driver: Driver) -> None:
    customer = driver.customer()
    item = driver.sdk().invoice_items.create({"customer": customer.id, "amount": 1000, "currency": "usd"})
    draft = driver.sdk().invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
    driver.sdk().invoices.finalize_invoice(draft.id)

    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().invoice_items.update(item.id, {"amount": 1})
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().invoice_items.delete(item.id)


def test_items_of_a_deleted_draft_wait_again(driver: Driver) -> None:
    customer = driver.customer()
    item = driver.sdk().invoice_items.create({"customer": customer.id, "amount": 1000, "currency": "usd"})
    draft = driver.sdk().invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})

    driver.sdk().invoices.delete(draft.id)

    listed = driver.sdk().invoice_items.list({"customer": customer.id, "pending": True})
    assert [found.id for found in listed.data] == [item.id]


def test_priced_item_is_billed_with_the_renewal(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price(1000))
    product = driver.sdk().products.create({"name": "Hour of help"})
    price = driver.sdk().prices.create({"product": product.id, "currency": "usd", "unit_amount": 300})
    driver.sdk().invoice_items.create({"customer": customer.id, "pricing": {"price": price.id}, "quantity": 2})

    driver.set_clock(subscription["items"].data[0].current_period_end + 7200)

    renewal = driver.sdk().invoices.list({"limit": 1}).data[0]
    assert [(line.description, line.amount) for line in renewal.lines.data][0] == ("Hour of help", 600)
    assert (renewal.total, renewal.status) == (1600, "paid")
