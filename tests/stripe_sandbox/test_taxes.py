"""Tax rates on subscriptions, items and invoices, and automatic tax for a shop without registrations."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def rate(driver: Driver, percentage: float = 19, **params: Any) -> Any:
    return driver.sdk().tax_rates.create(
        {"display_name": "VAT", "percentage": percentage, "inclusive": False, **params}
    )


def first_invoice(driver: Driver, **params: Any) -> Any:
    made = driver.subscribe(driver.customer(), driver.price(1000), **params, expand=["latest_invoice"])
    return made.latest_invoice


def test_tax_rate_reads_back_and_can_be_retired(driver: Driver) -> None:
    made = rate(driver, 7.7, country="CH", tax_type="vat")

    retired = driver.sdk().tax_rates.update(made.id, {"active": False})

    assert made.id.startswith("txr_1")
    assert (made.percentage, made.inclusive, made.country, made.tax_type) == (7.7, False, "CH", "vat")
    assert not retired.active
    assert driver.sdk().tax_rates.list({"active": True}).data == []
    assert driver.event_types() == ["tax_rate.created", "tax_rate.updated"]


def test_exclusive_tax_comes_on_top(driver: Driver) -> None:
    vat = rate(driver)

    invoice = first_invoice(driver, default_tax_rates=[vat.id])

    assert (invoice.subtotal, invoice.total_excluding_tax, invoice.total) == (1000, 1000, 1190)
    assert invoice.amount_paid == 1190
    assert invoice.default_tax_rates[0].id == vat.id
    wanted = {
        "amount": 190,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": vat.id},
        "taxability_reason": "not_available",
        "taxable_amount": 1000,
        "type": "tax_rate_details",
    }
    assert invoice.total_taxes[0].to_dict() == invoice.lines.data[0].taxes[0].to_dict() == wanted


def test_inclusive_tax_is_part_of_the_price(driver: Driver) -> None:
    invoice = first_invoice(driver, default_tax_rates=[rate(driver, inclusive=True).id])

    assert (invoice.subtotal, invoice.subtotal_excluding_tax) == (1000, 840)
    assert (invoice.total, invoice.total_excluding_tax) == (1000, 840)
    assert (invoice.total_taxes[0].amount, invoice.total_taxes[0].taxable_amount) == (160, 840)


def test_item_rate_takes_the_place_of_the_default(driver: Driver) -> None:
    low, high = rate(driver, 7), rate(driver, 19)

    made = driver.sdk().subscriptions.create(
        {
            "customer": driver.customer().id,
            "items": [{"price": driver.price(1000).id, "tax_rates": [low.id]}, {"price": driver.price(1000).id}],
            "default_tax_rates": [high.id],
            "expand": ["latest_invoice"],
        }
    )

    assert [each.amount for each in made.latest_invoice.total_taxes] == [70, 190]
    assert made.latest_invoice.total == 2260
    assert made["items"].data[0].tax_rates[0].id == low.id


def test_tax_is_taken_on_what_a_discount_leaves_at_renewal_too(driver: Driver) -> None:
    deal = driver.sdk().coupons.create({"percent_off": 50, "duration": "forever"})
    made = driver.subscribe(
        driver.customer(), driver.price(1000), default_tax_rates=[rate(driver).id], discounts=[{"coupon": deal.id}]
    )

    driver.advance("P1M")

    totals = [each.total for each in driver.sdk().invoices.list({"subscription": made.id}).data]
    assert totals == [595, 595]


@pytest.mark.parametrize(("exemption", "reason"), [("exempt", "customer_exempt"), ("reverse", "reverse_charge")])
def test_exempt_customer_pays_no_tax(driver: Driver, exemption: str, reason: str) -> None:
    customer = driver.customer()
    driver.sdk().customers.update(customer.id, {"tax_exempt": exemption})

    made = driver.subscribe(
        customer, driver.price(1000), default_tax_rates=[rate(driver).id], expand=["latest_invoice"]
    )

    [tax] = made.latest_invoice.total_taxes
    assert (made.latest_invoice.total, tax.amount, tax.taxability_reason) == (1000, 0, reason)


def test_automatic_tax_collects_nothing_without_registrations(driver: Driver) -> None:
    customer = driver.customer()
    driver.sdk().customers.update(customer.id, {"address": {"country": "DE"}})

    made = driver.subscribe(customer, driver.price(1000), automatic_tax={"enabled": True}, expand=["latest_invoice"])

    invoice = made.latest_invoice
    assert (invoice.automatic_tax.enabled, invoice.automatic_tax.status) == (True, "complete")
    assert (invoice.total, invoice.total_taxes[0].taxability_reason) == (1000, "not_collecting")


def test_automatic_tax_and_rates_exclude_each_other(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="automatic tax"):
        first_invoice(driver, automatic_tax={"enabled": True}, default_tax_rates=[rate(driver).id])


def test_unknown_and_retired_rates_are_refused(driver: Driver) -> None:
    retired = rate(driver, active=False)

    for name in (retired.id, "txr_none"):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            first_invoice(driver, default_tax_rates=[name])
        assert caught.value.param == "default_tax_rates[0]"


def test_rates_of_a_subscription_can_be_changed(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(1000))

    driver.sdk().subscriptions.update(made.id, {"default_tax_rates": [rate(driver).id]})
    driver.advance("P1M")

    assert [each.total for each in driver.sdk().invoices.list({"subscription": made.id}).data] == [1190, 1000]
