"""Metered prices: usage is billed when its period ends, once, and at the price it was reported under."""

from typing import Any

import pytest

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.metering import billed, invoices, meter, metered_price, subscribe, use

TIERS = [{"up_to": 10, "unit_amount": 5, "flat_amount": 100}, {"up_to": "inf", "unit_amount_decimal": "1.5"}]


def preview(driver: Driver, subscription: Any, **params: Any) -> Any:
    return driver.sdk().invoices.create_preview({"subscription": subscription.id, **params})


def test_usage_alone_begins_without_an_invoice(driver: Driver) -> None:
    made, _ = subscribe(driver, metered_price(driver, meter(driver)))

    assert (made.status, made.latest_invoice, made.quantity) == ("active", None, None)
    assert made["items"].data[0].quantity is None
    assert "invoice.created" not in driver.event_types()


def test_the_first_invoice_names_what_is_paid_in_advance_only(driver: Driver) -> None:
    made, _ = subscribe(driver, driver.price(2500), metered_price(driver, meter(driver)))

    assert billed(driver, made) == [(2500, 1.0)]


def test_usage_is_billed_when_its_period_ends(driver: Driver) -> None:
    made, customer = subscribe(driver, driver.price(2500), metered_price(driver, meter(driver), each="0.5"))
    item = made["items"].data[1]
    use(driver, customer, 3)
    use(driver, customer, "2.5")

    driver.set_clock(item.current_period_end + 2 * 3600)

    renewal = invoices(driver, made)[1]
    usage = renewal.lines.data[0]
    assert (renewal.billing_reason, renewal.status, renewal.total) == ("subscription_cycle", "paid", 2503)
    assert (usage.amount, usage.quantity, float(usage.quantity_decimal)) == (3, 5, 5.5)
    assert (usage.period.start, usage.period.end) == (item.current_period_start, item.current_period_end)
    assert usage.description == "5.5 × Calls (at $0.005 / month)"
    assert usage.parent.subscription_item_details.subscription_item == item.id


def test_a_period_without_usage_has_a_line_of_nothing(driver: Driver) -> None:
    made, _ = subscribe(driver, metered_price(driver, meter(driver)))

    driver.advance("P40D")

    assert billed(driver, made) == [(0, 0.0)]


def test_usage_below_nothing_is_billed_as_none(driver: Driver) -> None:
    made, customer = subscribe(driver, metered_price(driver, meter(driver)))
    use(driver, customer, -7)

    driver.advance("P40D")

    assert billed(driver, made) == [(0, 0.0)]


@pytest.mark.parametrize(("mode", "total"), [("graduated", 165), ("volume", 30)])
def test_tiers_count_the_usage_of_the_whole_period(driver: Driver, mode: str, total: int) -> None:
    price = metered_price(driver, meter(driver), each=None, billing_scheme="tiered", tiers_mode=mode, tiers=TIERS)
    made, customer = subscribe(driver, price)
    use(driver, customer, 8)
    driver.advance("P10D")
    use(driver, customer, 12)

    driver.advance("P30D")

    assert billed(driver, made) == [(total, 20.0)]


@pytest.mark.parametrize(("rounding", "total"), [("up", 6), ("down", 4)])
def test_packages_of_usage_are_rounded_as_the_price_says(driver: Driver, rounding: str, total: int) -> None:
    price = metered_price(driver, meter(driver), transform_quantity={"divide_by": 10, "round": rounding})
    made, customer = subscribe(driver, price)
    use(driver, customer, 25)

    driver.advance("P40D")

    assert billed(driver, made) == [(total, 25.0)]


def test_a_preview_shows_the_usage_so_far(driver: Driver) -> None:
    made, customer = subscribe(driver, driver.price(2500), metered_price(driver, meter(driver)))
    use(driver, customer, 4)

    shown = preview(driver, made)
    driver.advance("P40D")

    assert shown.total == 2508 == invoices(driver, made)[1].total


def test_usage_reported_late_is_on_the_draft_until_it_is_final(driver: Driver) -> None:
    made, customer = subscribe(driver, metered_price(driver, meter(driver)))
    end = made["items"].data[0].current_period_end
    use(driver, customer, 1)
    driver.set_clock(end + 60)
    use(driver, customer, 10, timestamp=end - 60)
    use(driver, customer, 100)
    driver.set_clock(end + 2 * 3600)
    use(driver, customer, 1000, timestamp=end - 60)

    driver.advance("P40D")

    assert billed(driver, made) == [(22, 11.0), (200, 100.0)]


@pytest.mark.parametrize(("params", "lines"), [({"invoice_now": True}, [(14, 7.0)]), ({}, [])])
def test_cancelling_bills_usage_if_asked(driver: Driver, params: dict[str, Any], lines: list[Any]) -> None:
    made, customer = subscribe(driver, metered_price(driver, meter(driver)))
    use(driver, customer, 7)

    driver.sdk().subscriptions.cancel(made.id, params)
    driver.advance("P40D")

    assert billed(driver, made) == lines
    assert [invoice.status for invoice in invoices(driver, made)] == ["paid"] * len(lines)


def test_cancelling_with_a_credit_bills_usage_once(driver: Driver) -> None:
    made, customer = subscribe(driver, metered_price(driver, meter(driver)))
    use(driver, customer, 7)
    driver.advance("P3D")

    driver.sdk().subscriptions.cancel(made.id, {"invoice_now": True, "prorate": True})

    assert billed(driver, made) == [(14, 7.0)]


def test_the_end_of_the_last_period_bills_its_usage(driver: Driver) -> None:
    made, customer = subscribe(driver, metered_price(driver, meter(driver)))
    driver.sdk().subscriptions.update(made.id, {"cancel_at_period_end": True})
    use(driver, customer, 70)

    driver.advance("P40D")

    assert driver.sdk().subscriptions.retrieve(made.id).status == "canceled"
    assert [(each.status, each.amount_paid) for each in invoices(driver, made)] == [("paid", 140)]


def test_usage_during_a_trial_is_free(driver: Driver) -> None:
    made, customer = subscribe(driver, metered_price(driver, meter(driver)), trial_period_days=7)
    use(driver, customer, 100)
    driver.advance("P8D")
    use(driver, customer, 3)

    driver.advance("P35D")

    assert (made.status, billed(driver, made)) == ("trialing", [(6, 3.0)])


def test_each_price_bills_what_was_reported_under_it(driver: Driver) -> None:
    of = meter(driver)
    made, customer = subscribe(driver, metered_price(driver, of, each="2"))
    use(driver, customer, 5)
    item = {"id": made["items"].data[0].id, "price": metered_price(driver, of, each="7").id}

    driver.sdk().subscriptions.update(made.id, {"items": [item]})
    use(driver, customer, 4)
    driver.advance("P70D")

    assert sorted(billed(driver, made)) == [(0, 0.0), (10, 5.0), (28, 4.0)]


@pytest.mark.parametrize(("behavior", "amounts"), [("always_invoice", [10, 2500]), ("none", [2500])])
def test_a_metered_item_that_goes_bills_its_usage_unless_told_not_to(
    driver: Driver, behavior: str, amounts: list[int]
) -> None:
    made, customer = subscribe(driver, driver.price(2500), metered_price(driver, meter(driver)))
    use(driver, customer, 5)

    driver.sdk().subscription_items.delete(made["items"].data[1].id, {"proration_behavior": behavior})

    assert sorted(amount for amount, _ in billed(driver, made)) == amounts


def test_a_metered_item_that_comes_bills_only_what_follows(driver: Driver) -> None:
    made, customer = subscribe(driver, driver.price(2500))
    price = metered_price(driver, meter(driver))
    use(driver, customer, 50)

    driver.sdk().subscription_items.create({"subscription": made.id, "price": price.id})
    use(driver, customer, 3)
    driver.advance("P40D")

    assert sorted(billed(driver, made)) == [(6, 3.0), (2500, 1.0), (2500, 1.0)]


def test_a_new_anchor_bills_the_usage_so_far(driver: Driver) -> None:
    made, customer = subscribe(driver, metered_price(driver, meter(driver)))
    use(driver, customer, 5)
    driver.advance("P3D")

    driver.sdk().subscriptions.update(made.id, {"billing_cycle_anchor": "now"})
    use(driver, customer, 2)
    driver.advance("P40D")

    assert billed(driver, made) == [(10, 5.0), (4, 2.0)]
