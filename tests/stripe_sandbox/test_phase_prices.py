"""Prices that are given in place in the phases of a schedule, and amounts that come with a phase."""

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.test_prices_in_place import latest, lines, monthly, once


def test_a_phase_has_prices_given_in_place(driver: Driver) -> None:
    phase = {
        "items": [{"price_data": monthly(driver, 700)}],
        "add_invoice_items": [{"price_data": once(driver, 50)}],
        "duration": {"interval": "month"},
    }
    schedule = driver.sdk().subscription_schedules.create(
        {"customer": driver.customer().id, "start_date": "now", "phases": [phase]}
    )

    made = driver.sdk().subscriptions.retrieve(schedule.subscription)
    assert [amount for amount, _ in lines(latest(driver, made))] == [50, 700]


def test_the_next_phase_brings_its_amounts_once(driver: Driver) -> None:
    price = driver.price(2500)
    made = driver.subscribe(driver.customer(), price)
    schedule = driver.sdk().subscription_schedules.create({"from_subscription": made.id})
    now = schedule.phases[0]
    items = [{"price": price.id}]
    two_months = {"interval": "month", "interval_count": 2}
    phases = [
        {"start_date": now.start_date, "end_date": now.end_date, "items": items},
        {
            "items": items,
            "add_invoice_items": [{"price_data": once(driver, 70)}],
            "duration": two_months,
        },
    ]

    changed = driver.sdk().subscription_schedules.update(schedule.id, {"phases": phases})
    driver.advance("P70D")

    totals = [invoice.total for invoice in driver.sdk().invoices.list({"subscription": made.id}).data]
    assert totals == [2500, 2570, 2500]
    assert changed.phases[1].add_invoice_items[0].price.startswith("price_")
