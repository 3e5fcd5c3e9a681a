"""Trials that begin on a running subscription, and how long any trial may be; the rest of trials is with time."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

DAY = 86400


def test_running_subscription_gets_a_trial_without_proration(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(1000))
    end = made.created + 5 * DAY

    changed = driver.sdk().subscriptions.update(
        made.id, {"trial_end": end, "proration_behavior": "none", "expand": ["latest_invoice"]}
    )

    assert (changed.status, changed.trial_end, changed.billing_cycle_anchor) == ("trialing", end, end)
    assert changed.trial_start is not None
    assert changed["items"].data[0].current_period_end == end
    invoice = changed.latest_invoice
    assert (invoice.total, invoice.status, invoice.billing_reason) == (0, "paid", "subscription_update")
    assert [line.amount for line in invoice.lines.data] == [0]


def test_trial_credits_what_was_paid_beyond_it(driver: Driver) -> None:
    customer = driver.customer()
    made = driver.subscribe(customer, driver.price(1000))

    changed = driver.sdk().subscriptions.update(
        made.id, {"trial_end": made.created + 5 * DAY, "expand": ["latest_invoice"]}
    )

    assert changed.latest_invoice.total == -1000
    assert driver.sdk().customers.retrieve(customer.id).balance == -1000


def test_subscription_is_billed_when_its_late_trial_ends(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(1000))
    driver.sdk().subscriptions.update(made.id, {"trial_end": made.created + 5 * DAY, "proration_behavior": "none"})

    driver.advance("P6D")

    found = driver.sdk().subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (found.status, found.latest_invoice.status, found.latest_invoice.total) == ("active", "paid", 1000)
    assert "customer.subscription.trial_will_end" in driver.event_types()


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"trial_period_days": 731}, "trial_period_days"),
        ({"trial_period_days": -1}, "trial_period_days"),
        ({"trial_end": 1}, "trial_end"),
        ({"trial_end": 4_000_000_000}, "trial_end"),
    ],
)
def test_trial_of_no_possible_length_is_refused(driver: Driver, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(driver.customer(), driver.price(1000), **params)

    assert caught.value.param == param


def test_late_trial_of_more_than_two_years_is_refused(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(1000))

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().subscriptions.update(made.id, {"trial_end": made.created + 800 * DAY})

    assert caught.value.param == "trial_end"
