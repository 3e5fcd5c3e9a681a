"""The promotion code field of the checkout page, without JavaScript."""

from tests.stripe_sandbox_pages.visitor import CARD


def deal(shop, **coupon) -> str:
    """A code for a coupon that takes a quarter off."""
    made = shop.call("POST", "coupons", **{"percent_off": 25, "duration": "forever", **coupon})
    promotion = {"type": "coupon", "coupon": made["id"]}
    return shop.call("POST", "promotion_codes", promotion=promotion, code="HELLO25")["code"]


def enter(visitor, url: str, text: str, *, step: str = "apply_code"):
    token = visitor.open(url).token
    return visitor.post(url, {"page_token": token, "promotion_code": text, "step": step})


def test_a_code_lowers_the_sum_and_is_what_is_charged(shop, visitor):
    code = deal(shop)
    session = shop.checkout(allow_promotion_codes=True)

    answer = enter(visitor, session["url"], code.lower())
    page = visitor.open(session["url"])
    paid = visitor.pay(session["url"])

    assert answer.status == 303
    assert "HELLO25 25% off −€4.00" in page.text
    assert "Due today €12.00" in page.text
    assert "Pay €12.00" in page.text
    assert "Then €12.00 each month, until you cancel." in page.text
    assert paid.status == 303
    assert shop.call("GET", "charges")["data"][0]["amount"] == 1200


def test_a_wrong_code_is_named_beside_its_field(shop, visitor):
    session = shop.checkout(allow_promotion_codes=True)

    page = enter(visitor, session["url"], "NOPE<b>")

    assert page.status == 422
    assert 'id="promotion_code-error">This code is not valid.' in page.html
    assert 'value="NOPE&lt;b&gt;"' in page.html
    assert "Due today €16.00" in page.text


def test_an_empty_code_asks_for_one(shop, visitor):
    session = shop.checkout(allow_promotion_codes=True)

    assert "Enter a code." in enter(visitor, session["url"], " ").text


def test_a_code_can_be_taken_back(shop, visitor):
    code = deal(shop)
    session = shop.checkout(allow_promotion_codes=True)
    enter(visitor, session["url"], code)

    enter(visitor, session["url"], "", step="remove_code")

    assert "Due today €16.00" in visitor.open(session["url"]).text


def test_a_page_that_takes_no_codes_has_no_field_and_refuses_them(shop, visitor):
    session = shop.checkout()

    assert "Promotion code" not in visitor.open(session["url"]).text
    assert enter(visitor, session["url"], "HELLO25").status == 403


def test_a_discount_that_ends_names_the_price_after_it(shop, visitor):
    code = deal(shop, duration="once")
    session = shop.checkout(allow_promotion_codes=True, trial_days=14)
    enter(visitor, session["url"], code)

    page = visitor.open(session["url"])

    assert "14 days free, then €12.00 on" in page.text
    assert "After that €16.00 each month." in page.text
    assert "HELLO25 25% off, once −€4.00" in page.text


def test_a_discount_of_some_months_names_them(shop, visitor):
    code = deal(shop, duration="repeating", duration_in_months=3)
    session = shop.checkout(allow_promotion_codes=True)
    enter(visitor, session["url"], code)

    page = visitor.open(session["url"])

    assert "€12.00 each month at first. The discount lasts 3 months; after that €16.00 each month." in page.text


def test_a_code_does_not_disturb_the_payment_form(shop, visitor):
    code = deal(shop)
    session = shop.checkout(allow_promotion_codes=True)
    enter(visitor, session["url"], code)

    page = visitor.post(session["url"], {**CARD, "page_token": visitor.open(session["url"]).token})

    assert page.status == 422
    assert "The code HELLO25 is applied." in page.text
