"""Discounts of subscriptions, items, customers and invoices: what they take off, for how long, and who has them."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.deals import code_for, coupon
from tests.stripe_sandbox.driver import Driver


def totals(driver: Driver, subscription: Any) -> list[int]:
    """Totals of a subscription's invoices, oldest first."""
    return [each.total for each in reversed(driver.sdk().invoices.list({"subscription": subscription.id}).data)]


def test_percentage_lowers_invoice_line_and_charge(driver: Driver) -> None:
    deal = coupon(driver, percent_off=33)

    made = driver.subscribe(
        driver.customer(), driver.price(1999), discounts=[{"coupon": deal.id}], expand=["latest_invoice"]
    )

    invoice, [line] = made.latest_invoice, made.latest_invoice.lines.data
    assert (line.amount, line.subtotal, line.discounts) == (1999, 1999, [])
    assert line.discount_amounts[0].amount == 660
    assert (invoice.subtotal, invoice.total, invoice.amount_paid) == (1999, 1339, 1339)
    assert invoice.total_discount_amounts[0].to_dict() == {"amount": 660, "discount": made.discounts[0]}
    assert invoice.discounts == made.discounts
    assert driver.sdk().charges.list().data[0].amount == 1339


def test_discount_names_its_coupon_and_owner(driver: Driver) -> None:
    deal = coupon(driver)
    code = code_for(driver, deal.id)

    made = driver.subscribe(
        driver.customer(),
        driver.price(),
        discounts=[{"promotion_code": code.id}],
        expand=["discounts.source.coupon", "discounts.promotion_code"],
    )

    [discount] = made.discounts
    assert discount.id.startswith("di_1")
    assert (discount.subscription, discount.customer, discount.end) == (made.id, made.customer, None)
    assert discount.source.coupon.percent_off == 25
    assert discount.source.coupon.times_redeemed == discount.promotion_code.times_redeemed == 1
    assert "customer.discount.created" in driver.event_types()


def test_once_lowers_one_invoice(driver: Driver) -> None:
    deal = coupon(driver, duration="once")
    made = driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}])

    ends = driver.event_types().count("customer.discount.deleted")
    driver.advance("P2M")

    assert totals(driver, made) == [750, 1000, 1000]
    assert made.discounts == driver.sdk().subscriptions.retrieve(made.id).discounts == []
    assert ends == 1


def test_once_waits_for_the_end_of_a_trial(driver: Driver) -> None:
    deal = coupon(driver, duration="once")
    made = driver.subscribe(
        driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}], trial_period_days=14
    )

    driver.advance("P15D")

    assert totals(driver, made) == [0, 750]


def test_repeating_lowers_as_many_months_as_it_says(driver: Driver) -> None:
    deal = coupon(driver, duration="repeating", duration_in_months=3)
    made = driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}])

    driver.advance("P3M")
    ends = driver.event_types().count("customer.discount.deleted")
    # A little more, because two months after the end of February is not the end of April.
    driver.advance("P2M3D")

    assert totals(driver, made) == [750, 750, 750, 1000, 1000, 1000]
    assert driver.sdk().subscriptions.retrieve(made.id).discounts == []
    assert ends == 1


def test_preview_of_a_renewal_is_the_renewal(driver: Driver) -> None:
    deal = coupon(driver, duration="repeating", duration_in_months=1)
    made = driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}])

    preview = driver.sdk().invoices.create_preview({"subscription": made.id})
    driver.advance("P1M")

    assert preview.total == totals(driver, made)[-1] == 1000


def test_amount_off_never_makes_a_total_negative(driver: Driver) -> None:
    deal = coupon(driver, amount_off=5000, currency="usd")

    made = driver.subscribe(
        driver.customer(None), driver.price(1000), discounts=[{"coupon": deal.id}], expand=["latest_invoice"]
    )

    assert (made.status, made.latest_invoice.status, made.latest_invoice.total) == ("active", "paid", 0)
    assert made.latest_invoice.total_discount_amounts[0].amount == 1000


def test_two_discounts_apply_one_after_the_other(driver: Driver) -> None:
    half, ten = coupon(driver, percent_off=50), coupon(driver, amount_off=100, currency="usd")

    made = driver.subscribe(
        driver.customer(), driver.price(1000), discounts=[{"coupon": half.id}, {"coupon": ten.id}]
    )

    assert totals(driver, made) == [400]


def test_coupon_for_one_product_leaves_the_others(driver: Driver) -> None:
    cheap, dear = driver.price(1000), driver.price(2000)
    deal = coupon(driver, applies_to={"products": [dear.product]})

    made = driver.sdk().subscriptions.create(
        {
            "customer": driver.customer().id,
            "items": [{"price": cheap.id}, {"price": dear.id}],
            "discounts": [{"coupon": deal.id}],
        }
    )

    assert totals(driver, made) == [2500]


def test_item_discount_comes_before_the_subscription_discount(driver: Driver) -> None:
    half, tenth = coupon(driver, percent_off=50), coupon(driver, percent_off=10)

    made = driver.sdk().subscriptions.create(
        {
            "customer": driver.customer().id,
            "items": [{"price": driver.price(1000).id, "discounts": [{"coupon": half.id}]}],
            "discounts": [{"coupon": tenth.id}],
            "expand": ["latest_invoice"],
        }
    )

    invoice = made.latest_invoice
    assert (invoice.subtotal, invoice.total) == (500, 450)
    assert invoice.lines.data[0].discounts == made["items"].data[0].discounts
    assert [each.amount for each in invoice.total_discount_amounts] == [500, 50]


def test_update_replaces_keeps_and_clears_discounts(driver: Driver) -> None:
    first, second = coupon(driver), coupon(driver, percent_off=10)
    made = driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": first.id}])

    both = driver.sdk().subscriptions.update(
        made.id, {"discounts": [{"discount": made.discounts[0]}, {"coupon": second.id}]}
    )
    none = driver.sdk().subscriptions.update(made.id, {"discounts": ""})

    assert both.discounts[0] == made.discounts[0]
    assert len(both.discounts) == 2
    assert none.discounts == []
    types = driver.event_types()
    assert types.count("customer.discount.created") == types.count("customer.discount.deleted") == 2


def test_deleted_discount_is_gone_and_cannot_be_deleted_again(driver: Driver) -> None:
    deal = coupon(driver)
    made = driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}])

    gone = driver.sdk().subscriptions.delete_discount(made.id)

    assert (gone.id, gone.deleted, gone.subscription) == (made.discounts[0], True, made.id)
    assert driver.sdk().subscriptions.retrieve(made.id).discounts == []
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().subscriptions.delete_discount(made.id)
    assert caught.value.http_status == 404


def test_discount_outlives_its_coupon(driver: Driver) -> None:
    deal = coupon(driver)
    made = driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}])

    driver.sdk().coupons.delete(deal.id)
    driver.advance("P1M")

    assert totals(driver, made) == [750, 750]
    shown = driver.sdk().subscriptions.retrieve(made.id, {"expand": ["discounts.source.coupon"]})
    assert shown.discounts[0].source.coupon.percent_off == 25


def give(driver: Driver, customer: Any, coupon_id: str) -> Any:
    reply = driver.control("POST", "discounts", {"customer": customer.id, "coupon": coupon_id})
    assert reply.status == 200, reply.body
    return reply.body


def test_customers_discount_lowers_subscriptions_that_have_none(driver: Driver) -> None:
    customer = driver.customer()
    given = give(driver, customer, coupon(driver).id)

    plain = driver.subscribe(customer, driver.price(1000))
    other = driver.subscribe(customer, driver.price(1000), discounts=[{"coupon": coupon(driver, percent_off=50).id}])

    assert driver.sdk().customers.retrieve(customer.id).discount.id == given["id"]
    assert (totals(driver, plain), totals(driver, other)) == ([750], [500])


def test_customers_discount_can_be_deleted(driver: Driver) -> None:
    customer = driver.customer()
    give(driver, customer, coupon(driver).id)

    gone = driver.sdk().customers.delete_discount(customer.id)

    assert (gone.deleted, gone.customer) == (True, customer.id)
    assert driver.sdk().customers.retrieve(customer.id).discount is None
    assert totals(driver, driver.subscribe(customer, driver.price(1000))) == [1000]


def test_unknown_customer_or_coupon_is_refused_by_the_control(driver: Driver) -> None:
    customer = driver.customer()

    assert driver.control("POST", "discounts", {"customer": "cus_none", "coupon": "x"}).status == 404
    assert driver.control("POST", "discounts", {"customer": customer.id, "coupon": "x"}).status == 400
