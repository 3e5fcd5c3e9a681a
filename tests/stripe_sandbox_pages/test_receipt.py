"""The receipt of a payment without an invoice."""


def paid_without_an_invoice(shop):
    values = {"amount": 2900, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}
    return shop.call("POST", "payment_intents", **values, return_url="https://example.org/back")


def test_a_payment_without_an_invoice_has_a_receipt(shop, visitor):
    intent = paid_without_an_invoice(shop)
    charge = shop.call("GET", f"charges/{intent['latest_charge']}")

    page = visitor.open(charge["receipt_url"])

    assert page.status == 200
    assert "$29.00 paid on" in page.text
    assert "ending in 4242" in page.text


def test_an_unknown_payment_has_no_receipt(shop, visitor):
    paid = paid_without_an_invoice(shop)
    address = shop.call("GET", f"charges/{paid['latest_charge']}")["receipt_url"]

    page = visitor.open(address.replace(paid["latest_charge"], "ch_3nothing"))

    assert page.status == 404
