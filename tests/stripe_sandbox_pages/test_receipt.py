"""The receipt of a payment without an invoice."""


def test_a_payment_without_an_invoice_has_a_receipt(shop, visitor):
    intent = shop.call(
        "POST", "payment_intents", amount=2900, currency="usd", payment_method="pm_card_visa", confirm="true"
    )
    charge = shop.call("GET", f"charges/{intent['latest_charge']}")

    page = visitor.open(charge["receipt_url"])

    assert page.status == 200
    assert "$29.00 paid on" in page.text
    assert "ending in 4242" in page.text


def test_an_unknown_payment_has_no_receipt(shop, visitor):
    paid = shop.call(
        "POST", "payment_intents", amount=2900, currency="usd", payment_method="pm_card_visa", confirm="true"
    )
    address = shop.call("GET", f"charges/{paid['latest_charge']}")["receipt_url"]

    page = visitor.open(address.replace(paid["latest_charge"], "ch_3nothing"))

    assert page.status == 404
