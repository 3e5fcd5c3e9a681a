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


def test_discount_and_tax_are_named_between_subtotal_and_sum(shop, visitor):
    coupon = shop.call("POST", "coupons", name="Spring", percent_off=25, duration="forever")
    rate = shop.call("POST", "tax_rates", display_name="VAT", percentage=20, inclusive=False)
    terms = {"discounts": [{"coupon": coupon["id"]}], "default_tax_rates": [rate["id"]]}
    subscription = shop.subscriber(card="pm_card_chargeCustomerFail", **terms)
    invoice = shop.call("GET", f"invoices/{subscription['latest_invoice']}")

    page = visitor.open(invoice["hosted_invoice_url"])

    assert (
        "Subtotal €16.00 Discount (Spring, 25% off) \N{MINUS SIGN}€4.00 VAT 20% €2.40 To be paid €14.40" in page.text
    )


def test_a_paid_invoice_offers_both_files_and_the_way_back(shop, visitor, unpaid):
    shop.portal(unpaid["customer"])
    before = visitor.open(unpaid["hosted_invoice_url"])
    address = unpaid["hosted_invoice_url"] + "/receipt"
    early = visitor.open(address)

    visitor.pay(unpaid["hosted_invoice_url"])

    page, receipt = visitor.open(unpaid["hosted_invoice_url"]), visitor.open(address)
    assert (early.status, "Return to" in before.text) == (404, False)
    assert f'href="{shop.home}/billing"' in page.html
    assert "Download invoice as PDF Download receipt as PDF Return to Sandbox Merchant" in page.text
    assert f"Receipt for invoice {unpaid['number']}".encode() in receipt.body
    assert f"Receipt for invoice {unpaid['number']}".encode() not in visitor.open(unpaid["invoice_pdf"]).body


def test_a_visitor_from_nowhere_is_told_that_it_is_over(shop, visitor, unpaid):
    visitor.pay(unpaid["hosted_invoice_url"])

    page = visitor.open(unpaid["hosted_invoice_url"])

    assert "You can close this page." in page.text
    assert "Return to" not in page.text


def test_a_sum_too_small_to_charge_is_said_to_move_on(shop, visitor):
    customer = shop.customer()
    shop.call("POST", "invoiceitems", customer=customer, amount=30, currency="eur")
    draft = shop.call("POST", "invoices", customer=customer, pending_invoice_items_behavior="include")
    final = shop.call("POST", f"invoices/{draft['id']}/finalize")

    page = visitor.open(final["hosted_invoice_url"])

    assert "Moved to the next invoice \N{MINUS SIGN}€0.30 Paid €0.00" in page.text
