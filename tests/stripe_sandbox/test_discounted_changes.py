"""Discounts and taxes of changes within a period, and of invoices made by hand."""

from typing import Any

import pytest

from tests.stripe_sandbox.driver import Driver


def swap(driver: Driver, made: Any, price: Any, behavior: str = "always_invoice") -> Any:
    """The invoice of a change to another price."""
    changed = driver.sdk().subscriptions.update(
        made.id,
        {
            "items": [{"id": made["items"].data[0].id, "price": price.id}],
            "proration_behavior": behavior,
            "proration_date": made["items"].data[0].current_period_start,
            "expand": ["latest_invoice"],
        },
    )
    return changed.latest_invoice


def test_change_credits_what_was_paid_and_charges_what_the_discount_leaves(driver: Driver) -> None:
    deal = driver.sdk().coupons.create({"percent_off": 50, "duration": "forever"})
    made = driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}])

    invoice = swap(driver, made, driver.price(3000))

    assert [line.amount for line in invoice.lines.data] == [-500, 1500]
    assert (invoice.total, invoice.total_discount_amounts) == (1000, [])


def test_credit_knows_a_discount_that_is_used_up(driver: Driver) -> None:
    deal = driver.sdk().coupons.create({"percent_off": 50, "duration": "once"})
    made = driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": deal.id}])

    invoice = swap(driver, made, driver.price(3000))

    assert [line.amount for line in invoice.lines.data] == [-500, 3000]


def test_change_and_its_reverse_cancel_under_a_lasting_discount(driver: Driver) -> None:
    deal = driver.sdk().coupons.create({"amount_off": 301, "currency": "usd", "duration": "forever"})
    small, large = driver.price(1000), driver.price(3000)
    made = driver.subscribe(driver.customer(), small, discounts=[{"coupon": deal.id}])

    there, back = swap(driver, made, large), swap(driver, made, small)

    assert there.total == 2000
    assert back.total == -there.total


def test_taxes_of_a_change_follow_the_item(driver: Driver) -> None:
    rate = driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": 10, "inclusive": False})
    made = driver.sdk().subscriptions.create(
        {
            "customer": driver.customer().id,
            "items": [{"price": driver.price(1000).id, "tax_rates": [rate.id]}],
        }
    )

    invoice = swap(driver, made, driver.price(3000))

    assert [line.taxes[0].amount for line in invoice.lines.data] == [-100, 300]
    assert (invoice.subtotal, invoice.total) == (2000, 2200)


def test_draft_made_by_hand_takes_discounts_and_rates(driver: Driver) -> None:
    deal = driver.sdk().coupons.create({"percent_off": 10})
    rate = driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": 20, "inclusive": False})
    customer = driver.customer()
    draft = driver.sdk().invoices.create(
        {"customer": customer.id, "currency": "usd", "discounts": [{"coupon": deal.id}]}
    )
    driver.sdk().invoice_items.create({"customer": customer.id, "invoice": draft.id, "amount": 1000})

    driver.sdk().invoices.update(draft.id, {"default_tax_rates": [rate.id]})
    paid = driver.sdk().invoices.pay(draft.id)

    assert (paid.subtotal, paid.total_excluding_tax, paid.total) == (1000, 900, 1080)
    assert (paid.status, paid.amount_paid) == ("paid", 1080)


@pytest.mark.parametrize("way", ["item", "subscription"])
def test_item_takes_other_discounts_and_rates_from_the_next_invoice_on(driver: Driver, way: str) -> None:
    deal = driver.sdk().coupons.create({"percent_off": 50, "duration": "forever"})
    rate = driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": 10, "inclusive": False})
    made = driver.subscribe(driver.customer(), driver.price(1000))
    item = made["items"].data[0]
    terms = {"discounts": [{"coupon": deal.id}], "tax_rates": [rate.id]}

    if way == "item":
        driver.sdk().subscription_items.update(item.id, terms)
    else:
        driver.sdk().subscriptions.update(made.id, {"items": [{"id": item.id, **terms}]})
    driver.advance("P1M")

    invoices = driver.sdk().invoices.list({"subscription": made.id}).data
    assert [each.total for each in invoices] == [550, 1000]
    assert invoices[0].lines.data[0].discounts == driver.sdk().subscription_items.retrieve(item.id).discounts


def test_cleared_item_discount_ends(driver: Driver) -> None:
    deal = driver.sdk().coupons.create({"percent_off": 50, "duration": "forever"})
    made = driver.sdk().subscriptions.create(
        {
            "customer": driver.customer().id,
            "items": [{"price": driver.price(1000).id, "discounts": [{"coupon": deal.id}]}],
        }
    )

    changed = driver.sdk().subscription_items.update(made["items"].data[0].id, {"discounts": ""})

    assert changed.discounts == []
    assert "customer.discount.deleted" in driver.event_types()


def draft_of(driver: Driver, customer: Any) -> Any:
    draft = driver.sdk().invoices.create({"customer": customer.id, "currency": "usd"})
    driver.sdk().invoice_items.create({"customer": customer.id, "invoice": draft.id, "amount": 1000})
    return draft


def test_once_of_a_customer_waits_for_the_draft_that_is_kept(driver: Driver) -> None:
    deal = driver.sdk().coupons.create({"percent_off": 50, "duration": "once"})
    customer = driver.customer()
    driver.control("POST", "discounts", {"customer": customer.id, "coupon": deal.id})
    mistake, wanted = (draft_of(driver, customer) for _ in range(2))

    driver.sdk().invoices.update(mistake.id, {"description": "a mistake"})
    driver.sdk().invoices.delete(mistake.id)
    paid = driver.sdk().invoices.pay(wanted.id)

    assert paid.total == 500
    assert driver.sdk().customers.retrieve(customer.id).discount is None
