"""Discounts and taxes of checkout: what the session shows is what the customer pays."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.hosted import PageRefused, checkout
from tests.stripe_sandbox.driver import Driver, card
from tests.stripe_sandbox.test_checkout import start


def coupon(driver: Driver, **params: Any) -> Any:
    return driver.sdk().coupons.create({"percent_off": 25, "duration": "forever", **params})


def code_for(driver: Driver, coupon_id: str, **params: Any) -> Any:
    return driver.sdk().promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon_id}, **params})


def finished(driver: Driver, session: Any) -> Any:
    outcome = checkout.submit(driver.sandbox, session.id, card=card())
    assert outcome.status == "complete"
    return driver.sdk().checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice", "line_items"]})


def test_fixed_discount_lowers_session_and_invoice_alike(driver: Driver) -> None:
    deal = coupon(driver)
    session = start(driver, customer=driver.customer(None).id, discounts=[{"coupon": deal.id}])

    done = finished(driver, session)

    assert session.discounts[0].to_dict() == {"coupon": deal.id, "promotion_code": None}
    assert (session.amount_subtotal, session.amount_total) == (1000, 750)
    assert session.total_details.amount_discount == done.line_items.data[0].amount_discount == 250
    assert (done.invoice.total, done.invoice.amount_paid) == (750, 750)
    discount = driver.sdk().subscriptions.retrieve(done.subscription.id, {"expand": ["discounts"]}).discounts[0]
    assert (discount.checkout_session, discount.source.coupon) == (session.id, deal.id)
    assert driver.sdk().coupons.retrieve(deal.id).times_redeemed == 1


def test_typed_code_lowers_the_order_until_it_is_removed(driver: Driver) -> None:
    code = code_for(driver, coupon(driver).id, code="HELLO")
    session = start(driver, customer=driver.customer(None).id, allow_promotion_codes=True)

    wrong = checkout.enter_code(driver.sandbox, session.id, text="hello")
    lowered = driver.sdk().checkout.sessions.retrieve(session.id)
    checkout.remove_code(driver.sandbox, session.id)

    assert wrong is None
    assert lowered.discounts[0].promotion_code == code.id
    assert lowered.amount_total == 750
    assert driver.sdk().checkout.sessions.retrieve(session.id).amount_total == 1000
    assert driver.sdk().promotion_codes.retrieve(code.id).times_redeemed == 0


def test_code_after_a_declined_card_changes_what_is_charged(driver: Driver) -> None:
    code_for(driver, coupon(driver).id, code="HELLO")
    session = start(driver, customer=driver.customer(None).id, allow_promotion_codes=True)
    checkout.submit(driver.sandbox, session.id, card=card("4000000000009995"))

    checkout.enter_code(driver.sandbox, session.id, text="HELLO")
    done = finished(driver, session)

    assert done.invoice.amount_paid == 750
    assert driver.sdk().charges.list().data[0].amount == 750


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"active": False}, "not valid"),
        ({"restrictions": {"minimum_amount": 5000, "minimum_amount_currency": "usd"}}, "at least $50.00"),
    ],
)
def test_code_that_may_not_be_used_says_why(driver: Driver, rules: dict, words: str) -> None:
    code_for(driver, coupon(driver).id, code="HELLO", **rules)
    session = start(driver, customer=driver.customer(None).id, allow_promotion_codes=True)

    wrong = checkout.enter_code(driver.sandbox, session.id, text="HELLO")

    assert wrong is not None
    assert words in wrong


def test_page_without_codes_takes_none(driver: Driver) -> None:
    session = start(driver, customer=driver.customer(None).id)

    with pytest.raises(PageRefused) as caught:
        checkout.enter_code(driver.sandbox, session.id, text="HELLO")

    assert caught.value.status == 403


def test_codes_and_fixed_discounts_exclude_each_other(driver: Driver) -> None:
    deal = coupon(driver)

    with pytest.raises(stripe.InvalidRequestError, match="allow_promotion_codes, discounts"):
        start(driver, allow_promotion_codes=True, discounts=[{"coupon": deal.id}])


def test_whole_price_off_asks_for_no_money(driver: Driver) -> None:
    deal = coupon(driver, percent_off=100)
    session = start(driver, customer=driver.customer(None).id, discounts=[{"coupon": deal.id}])

    done = finished(driver, session)

    assert (done.payment_status, done.subscription.status) == ("no_payment_required", "active")
    assert driver.sdk().charges.list().data == []


def test_discount_of_a_single_payment_is_redeemed(driver: Driver) -> None:
    deal = coupon(driver, duration="once")
    price = driver.sdk().prices.create({"product": driver.price().product, "currency": "usd", "unit_amount": 2000})
    session = start(driver, mode="payment", price=price, discounts=[{"coupon": deal.id}])

    checkout.submit(driver.sandbox, session.id, card=card(), email="a@example.org")

    assert driver.sdk().charges.list().data[0].amount == 1500
    assert driver.sdk().coupons.retrieve(deal.id).times_redeemed == 1


@pytest.mark.parametrize("place", ["line", "subscription"])
def test_tax_of_the_session_is_the_tax_of_the_invoice(driver: Driver, place: str) -> None:
    rate = driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": False})
    line = {"price": driver.price(1000).id, "quantity": 1}
    more: dict = {"subscription_data": {"default_tax_rates": [rate.id]}} if place == "subscription" else {}
    if place == "line":
        line["tax_rates"] = [rate.id]
    session = start(driver, customer=driver.customer(None).id, line_items=[line], **more)

    done = finished(driver, session)

    assert (session.amount_subtotal, session.amount_total, session.total_details.amount_tax) == (1000, 1190, 190)
    assert (done.invoice.total, done.invoice.total_taxes[0].amount) == (1190, 190)


def test_discount_that_was_used_up_meanwhile_is_not_charged(driver: Driver) -> None:
    deal = coupon(driver, max_redemptions=1)
    late, early = (
        start(driver, customer=driver.customer(None).id, discounts=[{"coupon": deal.id}]) for _ in range(2)
    )
    finished(driver, early)

    with pytest.raises(PageRefused, match="Nothing was charged") as caught:
        checkout.submit(driver.sandbox, late.id, card=card())

    assert caught.value.status == 409
    assert driver.sdk().coupons.retrieve(deal.id).times_redeemed == 1
    assert len(driver.sdk().charges.list().data) == 1
