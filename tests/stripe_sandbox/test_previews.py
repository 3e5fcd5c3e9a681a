"""Previews: what they show is what is billed later, to the unit, and they leave nothing behind."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def facts(lines: Any) -> list[tuple[Any, ...]]:
    """What makes two lines equal: everything but their ids."""
    return [(line.amount, line.description, line.period.start, line.period.end, line.quantity) for line in lines.data]


@pytest.mark.parametrize("interval", ["month", "year"])
def test_preview_of_a_change_billed_now_equals_its_invoice(driver: Driver, interval: str) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(1999))
    [item] = subscription["items"].data
    details = {
        "items": [{"id": item.id, "price": driver.price(7777, interval=interval).id, "quantity": 3}],
        "proration_behavior": "always_invoice",
        "proration_date": item.current_period_start + 777_777,
    }

    preview = driver.sdk().invoices.create_preview({"subscription": subscription.id, "subscription_details": details})
    after = driver.sdk().subscriptions.update(subscription.id, {**details, "expand": ["latest_invoice"]})

    assert facts(preview.lines) == facts(after.latest_invoice.lines)
    assert (preview.total, preview.amount_due) == (after.latest_invoice.total, after.latest_invoice.amount_due)
    assert preview.billing_reason == after.latest_invoice.billing_reason


def test_preview_of_a_prorated_change_equals_the_renewal(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(1999))
    [item] = subscription["items"].data
    details = {
        "items": [{"id": item.id, "quantity": 7}],
        "proration_date": item.current_period_start + 1_000_001,
    }

    preview = driver.sdk().invoices.create_preview({"subscription": subscription.id, "subscription_details": details})
    driver.sdk().subscriptions.update(subscription.id, details)
    driver.set_clock(item.current_period_end + 7200)

    renewal = driver.sdk().invoices.list({"limit": 1}).data[0]
    assert facts(preview.lines) == facts(renewal.lines)
    assert (preview.total, preview.amount_due) == (renewal.total, renewal.amount_due)


def test_preview_leaves_nothing_behind(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price())
    before = driver.sdk().subscriptions.retrieve(subscription.id)
    price = driver.price(9900)
    events = driver.event_types()
    details = {
        "items": [{"id": before["items"].data[0].id, "price": price.id}],
        "proration_behavior": "always_invoice",
    }

    driver.sdk().invoices.create_preview({"subscription": subscription.id, "subscription_details": details})

    assert driver.sdk().subscriptions.retrieve(subscription.id).to_dict() == before.to_dict()
    assert driver.event_types() == events
    assert driver.sdk().invoice_items.list({"customer": customer.id}).data == []
    assert len(driver.sdk().invoices.list().data) == 1


def test_preview_of_a_new_subscription_equals_its_first_invoice(driver: Driver) -> None:
    customer, price = driver.customer(), driver.price(1234)
    items = [{"price": price.id, "quantity": 5}]

    preview = driver.sdk().invoices.create_preview(
        {"customer": customer.id, "subscription_details": {"items": items}}
    )
    made = driver.sdk().subscriptions.create({"customer": customer.id, "items": items, "expand": ["latest_invoice"]})

    assert preview.total == made.latest_invoice.total == 6170
    assert preview.lines.data[0].description == made.latest_invoice.lines.data[0].description


def test_preview_without_prorations_shows_what_recurs(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(1000))
    [item] = subscription["items"].data
    details = {"items": [{"id": item.id, "quantity": 4}]}

    preview = driver.sdk().invoices.create_preview(
        {"subscription": subscription.id, "subscription_details": details, "preview_mode": "recurring"}
    )

    assert [line.amount for line in preview.lines.data] == [4000]


def test_preview_of_a_trials_end_shows_the_first_paid_period(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(1500), trial_period_days=14)

    preview = driver.sdk().invoices.create_preview(
        {"subscription": subscription.id, "subscription_details": {"trial_end": "now"}}
    )

    assert (preview.total, preview.billing_reason) == (1500, "subscription_update")
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "trialing"


def test_nothing_is_upcoming_for_who_leaves(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    driver.sdk().subscriptions.update(subscription.id, {"cancel_at_period_end": True})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().invoices.create_preview({"subscription": subscription.id})

    assert caught.value.code == "invoice_upcoming_none"


def test_preview_takes_what_is_added_to_it(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(1000))

    preview = driver.sdk().invoices.create_preview(
        {
            "subscription": subscription.id,
            "invoice_items": [{"amount": 250, "currency": "usd", "description": "Set-up"}],
        }
    )

    assert [(line.description, line.amount) for line in preview.lines.data][0] == ("Set-up", 250)
    assert preview.total == 1250


def test_preview_for_a_customer_who_does_not_exist_yet(driver: Driver) -> None:
    deal = driver.sdk().coupons.create({"percent_off": 25, "duration": "forever"})
    order = {"subscription_details": {"items": [{"price": driver.price(1000).id}]}, "currency": "usd"}

    preview = driver.sdk().invoices.create_preview({**order, "discounts": [{"coupon": deal.id}]})

    assert (preview.total, preview.customer) == (750, None)
    assert driver.sdk().customers.list().data == []


def test_preview_before_a_planned_phase_takes_the_discounts_that_are_asked_for(driver: Driver) -> None:
    sdk, later = driver.sdk(), driver.price(1000)
    subscription = driver.subscribe(driver.customer(), driver.price(4000))
    schedule = sdk.subscription_schedules.create({"from_subscription": subscription.id})
    now = schedule.phases[0]
    running = {"items": [{"price": now["items"][0].price}], "start_date": now.start_date, "end_date": now.end_date}
    sdk.subscription_schedules.update(schedule.id, {"phases": [running, {"items": [{"price": later.id}]}]})
    deal = sdk.coupons.create({"percent_off": 25, "duration": "forever", "max_redemptions": 1})

    lowered = sdk.invoices.create_preview({"subscription": subscription.id, "discounts": [{"coupon": deal.id}]})

    assert sdk.invoices.create_preview({"subscription": subscription.id}).total == 1000
    assert lowered.total == 750
    assert sdk.coupons.retrieve(deal.id).times_redeemed == 0
