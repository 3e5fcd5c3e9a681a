"""The hosted invoice, driven by plain form posts."""

import pytest


@pytest.fixture
def unpaid(shop):
    """An open invoice of 16.00 euros, because its first card was declined."""
    subscription = shop.subscriber(card="pm_card_chargeCustomerFail")
    assert subscription["status"] == "incomplete"
    return shop.call("GET", f"invoices/{subscription['latest_invoice']}")


def test_an_open_invoice_can_be_paid_and_turns_into_a_receipt(shop, visitor, unpaid):
    before = visitor.open(unpaid["hosted_invoice_url"])

    answer = visitor.pay(unpaid["hosted_invoice_url"])
    receipt = visitor.open(answer.location)

    assert f"Invoice {unpaid['number']}" in before.text
    assert "To be paid €16.00" in before.text
    assert answer.status == 303
    assert f"Receipt for invoice {unpaid['number']}" in receipt.text
    assert "with Visa 4242" in receipt.text
    assert "page_token" not in receipt.html
    assert shop.call("GET", f"invoices/{unpaid['id']}")["status"] == "paid"


def test_a_declined_card_leaves_the_invoice_open(shop, visitor, unpaid):
    page = visitor.pay(unpaid["hosted_invoice_url"], number="4000 0000 0000 9995")

    assert page.status == 402
    assert "There is not enough money on this card." in page.text
    assert shop.call("GET", f"invoices/{unpaid['id']}")["status"] == "open"


def test_paying_twice_charges_once(shop, visitor, unpaid):
    token = visitor.open(unpaid["hosted_invoice_url"]).token
    visitor.pay(unpaid["hosted_invoice_url"])

    answer = visitor.post(unpaid["hosted_invoice_url"], {"page_token": token, "number": "4242424242424242"})

    assert answer.status == 303
    charges = shop.call("GET", "charges", customer=unpaid["customer"])["data"]
    assert [charge["status"] for charge in charges].count("succeeded") == 1


def test_a_card_that_wants_the_bank_pays_after_complete(shop, visitor, unpaid):
    answer = visitor.pay(unpaid["hosted_invoice_url"], number="4000 0027 6000 3184")

    visitor.submit(answer.location, outcome="complete")

    assert "/3ds/" in answer.location
    assert shop.call("GET", f"invoices/{unpaid['id']}")["status"] == "paid"


def test_a_payment_that_the_bank_did_not_confirm_is_named(shop, visitor, unpaid):
    question = visitor.pay(unpaid["hosted_invoice_url"], number="4000 0027 6000 3184").location

    waiting = visitor.open(unpaid["hosted_invoice_url"])
    after = visitor.open(visitor.submit(question, outcome="fail").location)

    assert "Your bank waits for your answer" in waiting.text
    assert "The payment was not confirmed with the bank." in after.text
    assert shop.call("GET", f"invoices/{unpaid['id']}")["status"] == "open"


def test_a_void_invoice_says_that_nothing_is_to_be_paid(shop, visitor, unpaid):
    shop.call("POST", f"invoices/{unpaid['id']}/void")

    page = visitor.open(unpaid["hosted_invoice_url"])

    assert "Nothing is to be paid." in page.text
    assert "page_token" not in page.html


def test_the_pdf_names_number_line_and_sum(visitor, unpaid):
    answer = visitor.open(unpaid["invoice_pdf"])

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.body.startswith(b"%PDF-1.")
    assert f"Invoice {unpaid['number']}".encode() in answer.body
    assert b"Growth" in answer.body
    assert "€16.00".encode("cp1252") in answer.body


def test_an_unknown_invoice_is_not_found(visitor):
    assert visitor.open("/i/nothing").status == 404
