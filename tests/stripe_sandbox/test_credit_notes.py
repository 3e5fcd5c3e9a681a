"""Credit notes: before and after payment, where the money goes, limits, previews, voiding."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.money import balance_minor


def paid_invoice(driver: Driver) -> Any:
    """2500, paid by card as a subscription's first invoice."""
    subscription = driver.subscribe(driver.customer(), driver.price())
    return driver.sdk().invoices.retrieve(subscription.latest_invoice)


def open_invoice(driver: Driver) -> Any:
    """2500, sent to somebody who has seven days to pay."""
    subscription = driver.subscribe(
        driver.customer(), driver.price(), collection_method="send_invoice", days_until_due=7
    )
    return driver.sdk().invoices.retrieve(subscription.latest_invoice)


def note(driver: Driver, invoice: Any, **params: Any) -> Any:
    return driver.sdk().credit_notes.create({"invoice": invoice.id, **params})


def refused(driver: Driver, invoice: Any, **params: Any) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        note(driver, invoice, **params)
    return caught.value


def test_note_on_a_paid_invoice_refunds_the_payment(driver: Driver) -> None:
    invoice = paid_invoice(driver)
    before = balance_minor(driver)

    made = note(driver, invoice, amount=1000, refund_amount=1000, reason="order_change", email_type="none")

    after = driver.sdk().invoices.retrieve(invoice.id)
    refund = driver.sdk().refunds.retrieve(made.refunds[0].refund)
    assert (made.type, made.status, made.total, made.post_payment_amount) == ("post_payment", "issued", 1000, 1000)
    assert made.number == f"{invoice.number}-CN-01"
    assert (refund.amount, refund.status) == (1000, "succeeded")
    assert (after.status, after.post_payment_credit_notes_amount, after.amount_paid) == ("paid", 1000, 2500)
    assert before - balance_minor(driver) == 1000
    assert driver.events("credit_note.created")[0].data.object.id == made.id


def test_credit_goes_to_the_customer_and_pays_the_next_invoice(driver: Driver) -> None:
    invoice = paid_invoice(driver)

    made = note(driver, invoice, amount=1000, credit_amount=1000)
    driver.advance("P32D")

    renewal = driver.sdk().invoices.list({"limit": 1}).data[0]
    entries = driver.sdk().customers.balance_transactions.list(invoice.customer).data
    assert made.customer_balance_transaction == entries[1].id
    assert [(entry.type, entry.amount, entry.ending_balance) for entry in entries] == [
        ("applied_to_invoice", 1000, 0),
        ("credit_note", -1000, -1000),
    ]
    assert (renewal.total, renewal.amount_due, renewal.starting_balance, renewal.ending_balance) == (
        2500,
        1500,
        -1000,
        0,
    )


def test_refund_that_was_made_before_can_be_linked(driver: Driver) -> None:
    invoice = paid_invoice(driver)
    charge = driver.sdk().charges.list().data[0]
    refund = driver.sdk().refunds.create({"charge": charge.id, "amount": 700})

    made = note(driver, invoice, amount=700, refunds=[{"type": "refund", "refund": refund.id}])

    assert made.refunds[0].to_dict() == {
        "amount_refunded": 700,
        "payment_record_refund": None,
        "refund": refund.id,
        "type": "refund",
    }
    assert len(driver.sdk().refunds.list().data) == 1
    again = refused(driver, invoice, amount=700, refunds=[{"type": "refund", "refund": refund.id}])
    assert again.param == "refunds"


def test_money_given_back_elsewhere_is_only_noted(driver: Driver) -> None:
    made = note(driver, paid_invoice(driver), amount=300, out_of_band_amount=300)

    assert (made.out_of_band_amount, made.refunds) == (300, [])
    assert driver.sdk().refunds.list().data == []


def test_paid_amount_must_go_somewhere(driver: Driver) -> None:
    invoice = paid_invoice(driver)

    refused(driver, invoice, amount=1000)
    refused(driver, invoice, amount=1000, refund_amount=999)

    assert driver.sdk().credit_notes.list({"invoice": invoice.id}).data == []


def test_notes_and_refunds_together_never_exceed_the_invoice(driver: Driver) -> None:
    invoice = paid_invoice(driver)
    note(driver, invoice, amount=1000, credit_amount=1000)
    driver.sdk().refunds.create({"charge": driver.sdk().charges.list().data[0].id, "amount": 1000})

    error = refused(driver, invoice, amount=501, credit_amount=501)

    assert (error.http_status, error.param) == (400, "amount")
    assert note(driver, invoice, amount=500, credit_amount=500).total == 500


def test_note_on_an_open_invoice_lowers_what_is_to_be_paid(driver: Driver) -> None:
    invoice = open_invoice(driver)

    made = note(driver, invoice, amount=1000)
    paid = driver.sdk().invoices.pay(invoice.id, {"expand": ["payments"]})

    assert (made.type, made.pre_payment_amount) == ("pre_payment", 1000)
    assert (paid.status, paid.total, paid.amount_due, paid.amount_paid) == ("paid", 2500, 1500, 1500)
    assert paid.pre_payment_credit_notes_amount == 1000
    assert paid.payments.data[0].amount_paid == 1500
    assert driver.sdk().charges.list().data[0].amount == 1500


def test_note_over_everything_pays_the_invoice_without_a_charge(driver: Driver) -> None:
    invoice = open_invoice(driver)

    note(driver, invoice, amount=2500)

    after = driver.sdk().invoices.retrieve(invoice.id, {"expand": ["payments"]})
    assert (after.status, after.amount_due, after.amount_paid, after.amount_remaining) == ("paid", 0, 0, 0)
    assert after.payments.data[0].status == "canceled"
    assert driver.sdk().charges.list().data == []


def test_note_can_be_voided_while_its_invoice_is_open(driver: Driver) -> None:
    invoice = open_invoice(driver)
    made = note(driver, invoice, amount=1000)

    voided = driver.sdk().credit_notes.void_credit_note(made.id)

    after = driver.sdk().invoices.retrieve(invoice.id)
    assert (voided.status, voided.voided_at is not None) == ("void", True)
    assert (after.amount_due, after.pre_payment_credit_notes_amount) == (2500, 0)
    assert driver.event_types("credit_note.voided") == ["invoice.updated"]


def test_note_of_a_paid_invoice_stands(driver: Driver) -> None:
    made = note(driver, paid_invoice(driver), amount=300, out_of_band_amount=300)

    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().credit_notes.void_credit_note(made.id)


def test_line_is_credited_by_quantity_with_its_tax(driver: Driver) -> None:
    rate = driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": 20, "inclusive": False})
    price = driver.price(1000)
    items = [{"price": price.id, "quantity": 3, "tax_rates": [rate.id]}]
    subscription = driver.subscribe(driver.customer(), price, items=items)
    invoice = driver.sdk().invoices.retrieve(subscription.latest_invoice)
    line = {"type": "invoice_line_item", "invoice_line_item": invoice.lines.data[0].id, "quantity": 2}

    made = note(driver, invoice, lines=[line], refund_amount=2400)

    assert (invoice.total, made.subtotal, made.total) == (3600, 2000, 2400)
    assert made.lines.data[0].taxes[0].amount == 400


def test_preview_is_the_note_and_makes_nothing(driver: Driver) -> None:
    invoice = paid_invoice(driver)
    params = {
        "invoice": invoice.id,
        "lines": [
            {"type": "invoice_line_item", "invoice_line_item": invoice.lines.data[0].id, "amount": 500},
            {"type": "custom_line_item", "description": "Goodwill", "quantity": 2, "unit_amount": 100},
        ],
        "credit_amount": 700,
    }

    preview = driver.sdk().credit_notes.preview(params)
    lines = driver.sdk().credit_notes.preview_lines.list(params).data
    before = driver.sdk().credit_notes.list({"invoice": invoice.id}).data
    made = driver.sdk().credit_notes.create(params)

    assert (preview.total, preview.number, before) == (700, made.number, [])
    assert [(line.amount, line.description) for line in lines][1] == (200, "Goodwill")
    assert made.total == 700
    assert [line.amount for line in driver.sdk().credit_notes.line_items.list(made.id).data] == [500, 200]


def test_draft_takes_no_credit_note(driver: Driver) -> None:
    customer = driver.customer()
    draft = driver.sdk().invoices.create({"customer": customer.id})

    assert refused(driver, draft, amount=100).param == "invoice"


def test_memo_and_metadata_can_be_changed(driver: Driver) -> None:
    made = note(driver, paid_invoice(driver), amount=300, out_of_band_amount=300)

    changed = driver.sdk().credit_notes.update(made.id, {"memo": "As agreed", "metadata": {"case": "7"}})

    assert (changed.memo, changed.metadata["case"]) == ("As agreed", "7")
    assert driver.event_types("invoice.updated") == ["credit_note.updated"]
