"""Previews of discounts, schedules, cancellations, resumptions and later starts: the later invoice, to the unit."""

from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stripe_sandbox.deals import coupon
from tests.stripe_sandbox.driver import Driver

few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DAY_SECONDS = 86400


def facts(invoice: Any) -> tuple[Any, ...]:
    """What makes two invoices equal: everything but ids."""
    lines = [
        (
            line.amount,
            line.description,
            line.period.start,
            line.period.end,
            line.quantity,
            [part.amount for part in line.discount_amounts],
            [(tax.amount, tax.taxable_amount) for tax in line.taxes],
        )
        for line in invoice.lines.data
    ]
    taxes = [tax.amount for tax in invoice.total_taxes]
    return (
        invoice.subtotal,
        invoice.total,
        invoice.amount_due,
        invoice.period_start,
        invoice.period_end,
        taxes,
        lines,
    )


def newest(driver: Driver, customer: str) -> Any:
    return driver.sdk().invoices.list({"customer": customer, "limit": 1}).data[0]


def preview(driver: Driver, **params: Any) -> Any:
    return driver.sdk().invoices.create_preview(params)


@few
@given(
    old=st.integers(min_value=100, max_value=99_999),
    new=st.integers(min_value=100, max_value=99_999),
    quantity=st.integers(min_value=1, max_value=7),
    seconds=st.integers(min_value=1, max_value=2_500_000),
    deal=st.sampled_from(
        [
            {"percent_off": 33.3},
            {"amount_off": 777, "currency": "usd"},
            {"percent_off": 50, "duration": "once"},
            None,
        ]
    ),
    percentage=st.sampled_from([0, 7.7, 19]),
    behavior=st.sampled_from(["always_invoice", "create_prorations", "none"]),
)
def test_change_with_discounts_and_taxes_is_billed_as_previewed(
    driver: Driver,
    old: int,
    new: int,
    quantity: int,
    seconds: int,
    deal: dict[str, Any] | None,
    percentage: float,
    behavior: str,
) -> None:
    sdk = driver.sdk()
    made = driver.subscribe(driver.customer(), driver.price(old))
    [item] = made["items"].data
    vat = sdk.tax_rates.create({"display_name": "VAT", "percentage": percentage, "inclusive": False})
    details: dict[str, Any] = {
        "items": [{"id": item.id, "price": driver.price(new).id, "quantity": quantity, "tax_rates": [vat.id]}],
        "proration_behavior": behavior,
    }
    if behavior != "none":
        details["proration_date"] = item.current_period_start + seconds
    discounts = [{"coupon": coupon(driver, **deal).id}] if deal else ""

    shown = preview(driver, subscription=made.id, subscription_details=details, discounts=discounts)
    sdk.subscriptions.update(made.id, {**details, "discounts": discounts})
    if behavior != "always_invoice":
        driver.set_clock(item.current_period_end + 60)

    assert facts(shown) == facts(newest(driver, made.customer))


def test_preview_without_inherited_discounts(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(1000), discounts=[{"coupon": coupon(driver).id}])

    assert preview(driver, subscription=made.id).total == 750
    assert preview(driver, subscription=made.id, discounts="").total == 1000
    assert driver.sdk().subscriptions.retrieve(made.id).discounts == made.discounts


def test_preview_of_a_new_subscription_takes_its_discounts_rates_and_start(driver: Driver) -> None:
    customer, deal = driver.customer(), coupon(driver)
    vat = driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": 20, "inclusive": False})
    start = customer.created + 30 * DAY_SECONDS
    order = {"items": [{"price": driver.price(1000).id}], "default_tax_rates": [vat.id]}

    shown = preview(
        driver,
        customer=customer.id,
        subscription_details={**order, "start_date": start},
        discounts=[{"coupon": deal.id}],
    )
    driver.set_clock(start)
    made = driver.sdk().subscriptions.create(
        {**order, "customer": customer.id, "discounts": [{"coupon": deal.id}], "expand": ["latest_invoice"]}
    )

    assert (shown.total, shown.lines.data[0].period.start) == (900, start)
    assert shown.total == made.latest_invoice.total
    assert driver.sdk().coupons.retrieve(deal.id).times_redeemed == 1


@few
@given(seconds=st.integers(min_value=1, max_value=2_500_000), amount=st.integers(min_value=100, max_value=99_999))
def test_end_at_once_is_billed_as_previewed(driver: Driver, seconds: int, amount: int) -> None:
    made = driver.subscribe(driver.customer(), driver.price(amount))
    driver.sdk().invoice_items.create({"customer": made.customer, "amount": 250, "currency": "usd"})
    moment = int(driver.control("GET", "clock").body["now"]) + seconds
    driver.control("POST", "clock", {"freeze": True})
    driver.set_clock(moment)

    shown = preview(driver, subscription=made.id, subscription_details={"cancel_now": True})
    unprorated = preview(
        driver, subscription=made.id, subscription_details={"cancel_now": True, "proration_behavior": "none"}
    )
    driver.sdk().subscriptions.cancel(made.id, {"prorate": True, "invoice_now": True})
    driver.control("POST", "clock", {"freeze": False})

    assert facts(shown) == facts(newest(driver, made.customer))
    assert unprorated.total == 250


def test_end_at_once_with_nothing_to_bill_has_no_preview(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price())
    details = {"cancel_now": True, "proration_behavior": "none"}

    with pytest.raises(stripe.InvalidRequestError) as caught:
        preview(driver, subscription=made.id, subscription_details=details)

    assert caught.value.code == "invoice_upcoming_none"
    assert driver.sdk().subscriptions.retrieve(made.id).status == "active"


def test_resumption_is_billed_as_previewed(driver: Driver) -> None:
    pause = {"end_behavior": {"missing_payment_method": "pause"}}
    customer = driver.customer(None)
    made = driver.subscribe(customer, driver.price(1500), trial_period_days=3, trial_settings=pause)
    driver.advance("P5D")
    method = driver.sdk().payment_methods.attach("pm_card_visa", {"customer": customer.id})
    settings_ = {"invoice_settings": {"default_payment_method": method.id}}
    driver.sdk().customers.update(customer.id, settings_)

    shown = preview(driver, subscription=made.id, subscription_details={"resume_at": "now"})
    before = driver.sdk().subscriptions.retrieve(made.id).status
    driver.sdk().subscriptions.resume(made.id)

    assert (before, shown.total) == ("paused", 1500)
    assert shown.total == newest(driver, customer.id).total
    assert len(driver.sdk().charges.list().data) == 1


def test_next_phase_is_billed_as_previewed(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(1000))
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": made.id})
    [phase] = schedule.phases
    now = {
        "items": [{"price": made["items"].data[0].price.id, "quantity": 1}],
        "start_date": phase.start_date,
        "end_date": phase.end_date,
    }
    later = {"items": [{"price": driver.price(4000).id, "quantity": 2}], "duration": {"interval": "month"}}
    phases = {"phases": [now, later], "proration_behavior": "none"}

    proposed = preview(driver, schedule=schedule.id, schedule_details=phases)
    unchanged = preview(driver, schedule=schedule.id)
    driver.sdk().subscription_schedules.update(schedule.id, phases)
    agreed = [preview(driver, schedule=schedule.id), preview(driver, subscription=made.id)]
    driver.set_clock(phase.end_date + 60)

    renewal = newest(driver, made.customer)
    assert (unchanged.total, renewal.total) == (1000, 8000)
    assert [facts(each) for each in (proposed, *agreed)] == [facts(renewal)] * 3


@pytest.mark.parametrize("days", [0, 20])
def test_schedule_that_does_not_exist_yet_is_billed_as_previewed(driver: Driver, days: int) -> None:
    customer = driver.customer()
    start = customer.created + days * DAY_SECONDS if days else "now"
    items = [{"price": driver.price(1234).id, "quantity": 3}]
    phase = {"items": items, "duration": {"interval": "month", "interval_count": 2}}

    shown = preview(driver, customer=customer.id, schedule_details={"phases": [{**phase, "start_date": start}]})
    none = driver.sdk().subscription_schedules.list().data
    begin = {"customer": customer.id, "start_date": start, "end_behavior": "release"}
    driver.sdk().subscription_schedules.create({**begin, "phases": [phase]})
    if days:
        driver.set_clock(start + 60)

    invoice = newest(driver, customer.id)
    assert (none, shown.total, invoice.status) == ([], 3702, "paid")
    assert [line.amount for line in shown.lines.data] == [line.amount for line in invoice.lines.data]


def test_schedule_and_subscription_exclude_each_other(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price())
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": made.id})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        preview(driver, subscription=made.id, schedule=schedule.id)

    assert caught.value.param == "subscription"


def test_preview_charges_no_card_and_uses_up_no_switch(driver: Driver) -> None:
    customer = driver.customer()
    driver.control("POST", "decline-next", {"customer": customer.id, "code": "expired_card", "times": 1})
    items = [{"price": driver.price().id}]

    preview(driver, customer=customer.id, schedule_details={"phases": [{"items": items, "start_date": "now"}]})

    assert driver.sdk().charges.list().data == []
    with pytest.raises(stripe.CardError):
        driver.subscribe(customer, driver.price(), payment_behavior="error_if_incomplete")


def test_automatic_tax_of_a_preview_is_not_ignored(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price())

    shown = preview(driver, subscription=made.id, automatic_tax={"enabled": True})

    assert shown.automatic_tax.enabled
    assert shown.total_taxes[0].taxability_reason == "not_collecting"
