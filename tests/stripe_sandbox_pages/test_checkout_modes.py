"""The checkout page in its other modes: one payment, and a card for later."""


def test_one_payment_is_taken_without_an_invoice(shop, visitor):
    product = shop.call("POST", "products", name="Workshop")
    price = shop.call("POST", "prices", product=product["id"], currency="eur", unit_amount=4900)["id"]
    session = shop.checkout(mode="payment", line_items=[{"price": price, "quantity": 2}])

    page = visitor.open(session["url"])
    answer = visitor.pay(session["url"])

    done = shop.call("GET", f"checkout/sessions/{session['id']}")
    assert "Workshop, 2 units €49.00 each €98.00" in page.text
    assert answer.status == 303
    assert (done["payment_status"], done["invoice"], done["invoice_creation"]["enabled"]) == ("paid", None, False)
    assert shop.call("GET", f"payment_intents/{done['payment_intent']}")["amount_received"] == 9800
    assert shop.call("GET", "invoices")["data"] == []


def test_a_code_lowers_one_payment(shop, visitor):
    price = shop.call(
        "POST",
        "prices",
        product=shop.call("POST", "products", name="Workshop")["id"],
        currency="eur",
        unit_amount=4900,
    )["id"]
    coupon = shop.call("POST", "coupons", percent_off=100)["id"]
    shop.call("POST", "promotion_codes", promotion={"type": "coupon", "coupon": coupon}, code="GIFT")
    session = shop.checkout(mode="payment", line_items=[{"price": price, "quantity": 1}], allow_promotion_codes=True)
    fields = {"page_token": visitor.open(session["url"]).token, "promotion_code": "gift", "step": "apply_code"}
    visitor.post(session["url"], fields)

    page = visitor.open(session["url"])
    answer = visitor.post(session["url"], {"page_token": page.token})

    done = shop.call("GET", f"checkout/sessions/{session['id']}")
    assert "Due today €0.00" in page.text
    assert answer.status == 303
    assert (done["status"], done["payment_status"], done["amount_total"]) == ("complete", "no_payment_required", 0)
    assert shop.call("GET", f"coupons/{coupon}")["times_redeemed"] == 1
