"""Discounts and tax rates of invoice items, of items added to a subscription, and of drafts side by side."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.deals import coupon
from tests.stripe_sandbox.driver import Driver


def rate(driver: Driver, percentage: float = 20) -> Any:
    return driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": percentage, "inclusive": False})


def waiting(driver: Driver, customer: Any, **params: Any) -> Any:
    return driver.sdk().invoice_items.create(
        {"customer": customer.id, "amount": 1000, "currency": "usd", "description": "Help", **params}
    )


def drafted(driver: Driver, customer: Any, **params: Any) -> Any:
    values = {"customer": customer.id, "pending_invoice_items_behavior": "include", **params}
    return driver.sdk().invoices.create(values)


def test_invoice_item_brings_its_discount_and_tax_rate_to_its_line(driver: Driver) -> None:
    customer, vat, half = driver.customer(), rate(driver), coupon(driver, percent_off=50)
    item = waiting(driver, customer, discounts=[{"coupon": half.id}], tax_rates=[vat.id])
    waiting(driver, customer)

    draft = drafted(driver, customer)

    first = next(line for line in draft.lines.data if line.discounts)
    assert (draft.subtotal, draft.total) == (1500, 1600)
    assert first.discounts == item.discounts
    assert [(tax.amount, tax.taxable_amount) for tax in first.taxes] == [(100, 500)]
    assert item.tax_rates[0].id == vat.id
    [discount] = driver.sdk().invoice_items.retrieve(item.id, {"expand": ["discounts"]}).discounts
    assert (discount.invoice_item, discount.subscription) == (item.id, None)


def test_item_on_a_draft_takes_and_loses_discount_and_tax_rate(driver: Driver) -> None:
    customer = driver.customer()
    item = waiting(driver, customer)
    draft = drafted(driver, customer)
    terms = {"discounts": [{"coupon": coupon(driver, percent_off=50).id}], "tax_rates": [rate(driver).id]}

    driver.sdk().invoice_items.update(item.id, terms)
    lowered = driver.sdk().invoices.retrieve(draft.id).total
    driver.sdk().invoice_items.update(item.id, {"discounts": "", "tax_rates": ""})

    assert (lowered, driver.sdk().invoices.retrieve(draft.id).total) == (600, 1000)


def test_item_names_the_discount_or_rate_that_is_unknown(driver: Driver) -> None:
    customer = driver.customer()

    for params, param in [
        ({"discounts": [{"coupon": "none"}]}, "discounts[0][coupon]"),
        ({"tax_rates": ["txr_none"]}, "tax_rates[0]"),
    ]:
        with pytest.raises(stripe.InvalidRequestError) as caught:
            waiting(driver, customer, **params)
        assert caught.value.param == param
    assert driver.sdk().invoice_items.list().data == []


@pytest.mark.parametrize("way", ["subscription", "item"])
def test_added_item_has_its_own_discount_and_rate_from_the_first_charge_on(driver: Driver, way: str) -> None:
    made = driver.subscribe(driver.customer(), driver.price(1000))
    half, vat = coupon(driver, percent_off=50), rate(driver)
    entry = {"price": driver.price(2000).id, "discounts": [{"coupon": half.id}], "tax_rates": [vat.id]}
    when = {"proration_date": made["items"].data[0].current_period_start, "proration_behavior": "always_invoice"}

    if way == "item":
        driver.sdk().subscription_items.create({"subscription": made.id, **entry, **when})
    else:
        driver.sdk().subscriptions.update(made.id, {"items": [entry], **when})
    driver.advance("P1M2D")

    added = driver.sdk().subscriptions.retrieve(made.id, {"expand": ["items.data.discounts"]})["items"].data[1]
    assert (added.discounts[0].subscription_item, added.tax_rates[0].id) == (added.id, vat.id)
    totals = [each.total for each in driver.sdk().invoices.list({"subscription": made.id}).data]
    assert totals == [2200, 1200, 1000]


def test_change_that_waits_for_its_payment_brings_no_terms(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(1000))
    entry = {"price": driver.price(2000).id, "tax_rates": [rate(driver).id]}
    pending = {"payment_behavior": "pending_if_incomplete", "proration_behavior": "always_invoice"}

    for call in (
        lambda: driver.sdk().subscriptions.update(made.id, {"items": [entry], **pending}),
        lambda: driver.sdk().subscription_items.create({"subscription": made.id, **entry, **pending}),
    ):
        with pytest.raises(stripe.InvalidRequestError, match="tax_rates"):
            call()


def once_for(driver: Driver, customer: Any) -> None:
    body = {"customer": customer.id, "coupon": coupon(driver, percent_off=50, duration="once").id}
    assert driver.control("POST", "discounts", body).status == 200


def test_two_empty_drafts_do_not_both_take_a_discount_for_one_invoice(driver: Driver) -> None:
    customer = driver.customer()
    once_for(driver, customer)
    drafts = [driver.sdk().invoices.create({"customer": customer.id}) for _ in range(2)]

    for draft in drafts:
        waiting(driver, customer, invoice=draft.id)

    assert [driver.sdk().invoices.finalize_invoice(draft.id).total for draft in drafts] == [500, 1000]
    assert driver.sdk().customers.retrieve(customer.id).discount is None


def test_discount_named_again_stays_with_the_draft_that_took_it(driver: Driver) -> None:
    customer = driver.customer()
    once_for(driver, customer)
    given = driver.sdk().customers.retrieve(customer.id).discount.id
    waiting(driver, customer)
    first = drafted(driver, customer)
    waiting(driver, customer)

    second = drafted(driver, customer, discounts=[{"discount": given}])

    assert (first.total, second.total) == (500, 1000)


def test_draft_that_gives_a_discount_up_leaves_it_to_the_next(driver: Driver) -> None:
    customer = driver.customer()
    once_for(driver, customer)
    waiting(driver, customer)
    first = drafted(driver, customer)

    driver.sdk().invoices.update(first.id, {"discounts": ""})
    waiting(driver, customer)

    assert drafted(driver, customer).total == 500


def test_draft_takes_other_discounts_and_rates_by_an_update(driver: Driver) -> None:
    customer = driver.customer()
    waiting(driver, customer)
    draft = drafted(driver, customer)
    terms = {"discounts": [{"coupon": coupon(driver, percent_off=10).id}], "default_tax_rates": [rate(driver).id]}

    changed = driver.sdk().invoices.update(draft.id, terms)
    cleared = driver.sdk().invoices.update(draft.id, {"discounts": "", "default_tax_rates": ""})

    assert (changed.total, changed.total_taxes[0].amount) == (1080, 180)
    assert (cleared.total, cleared.discounts, cleared.total_taxes) == (1000, [], [])
