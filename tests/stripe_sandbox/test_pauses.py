"""Pausing collection, beginning again after a pause, and ends at a date of their own."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def end_of(subscription: Any) -> int:
    end: int = subscription["items"].data[0].current_period_end
    return end


def latest_invoice(driver: Driver) -> Any:
    return driver.sdk().invoices.list({"limit": 1}).data[0]


def paused_subscription(driver: Driver) -> Any:
    """One whose trial ended without a card."""
    subscription = driver.subscribe(
        driver.customer(None),
        driver.price(3000),
        trial_period_days=7,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
    )
    driver.advance("P8D")
    found = driver.sdk().subscriptions.retrieve(subscription.id)
    assert found.status == "paused"
    return found


def give_card(driver: Driver, customer_id: str, token: str) -> None:
    method = driver.sdk().payment_methods.attach(token, {"customer": customer_id})
    settings = {"default_payment_method": method.id}
    driver.sdk().customers.update(customer_id, {"invoice_settings": settings})


@pytest.mark.parametrize(
    ("behavior", "status"), [("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible"), ("void", "void")]
)
def test_paused_collection_holds_renewals_back(driver: Driver, behavior: str, status: str) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    paused = driver.sdk().subscriptions.update(subscription.id, {"pause_collection": {"behavior": behavior}})
    driver.set_clock(end_of(subscription) + 4 * 86400)

    assert (paused.status, paused.pause_collection.behavior) == ("active", behavior)
    assert latest_invoice(driver).status == status
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "active"
    assert len(driver.sdk().charges.list().data) == 1


def test_pause_ends_by_itself_at_its_time(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    until = end_of(subscription) + 86400
    wanted = {"behavior": "void", "resumes_at": until}
    driver.sdk().subscriptions.update(subscription.id, {"pause_collection": wanted})

    driver.set_clock(until + 1)
    renewed = driver.sdk().subscriptions.retrieve(subscription.id)
    driver.set_clock(end_of(renewed) + 7200)

    assert (renewed.pause_collection, latest_invoice(driver).status) == (None, "paid")


def test_pause_can_be_taken_back(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    driver.sdk().subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})

    unpaused = driver.sdk().subscriptions.update(subscription.id, {"pause_collection": ""})
    driver.set_clock(end_of(subscription) + 7200)

    assert (unpaused.pause_collection, latest_invoice(driver).status) == (None, "paid")


def test_resumed_subscription_begins_a_period_now(driver: Driver) -> None:
    paused = paused_subscription(driver)
    give_card(driver, paused.customer, "pm_card_visa")

    resumed = driver.sdk().subscriptions.resume(paused.id, {"expand": ["latest_invoice"]})

    assert (resumed.status, resumed.latest_invoice.status, resumed.latest_invoice.total) == ("active", "paid", 3000)
    assert resumed.billing_cycle_anchor == resumed["items"].data[0].current_period_start > paused.trial_end
    assert "customer.subscription.resumed" in driver.event_types()
    driver.set_clock(end_of(resumed) + 7200)
    assert latest_invoice(driver).billing_reason == "subscription_cycle"


def test_unpaid_resumption_leaves_it_paused_until_it_is_paid(driver: Driver) -> None:
    paused = paused_subscription(driver)
    give_card(driver, paused.customer, "pm_card_chargeCustomerFail")

    tried = driver.sdk().subscriptions.resume(paused.id)
    give_card(driver, paused.customer, "pm_card_visa")
    driver.sdk().invoices.pay(tried.latest_invoice)

    assert (tried.status, tried.pending_update) == ("paused", None)
    assert driver.sdk().subscriptions.retrieve(paused.id).status == "active"


def test_unpaid_resumption_is_given_up_after_a_day(driver: Driver) -> None:
    paused = paused_subscription(driver)
    give_card(driver, paused.customer, "pm_card_chargeCustomerFail")
    tried = driver.sdk().subscriptions.resume(paused.id)

    driver.advance("P1D")

    assert driver.sdk().invoices.retrieve(tried.latest_invoice).status == "void"
    assert driver.sdk().subscriptions.retrieve(paused.id).status == "paused"


def test_resumption_may_keep_the_anchor_and_bill_the_rest(driver: Driver) -> None:
    paused = paused_subscription(driver)
    give_card(driver, paused.customer, "pm_card_visa")
    driver.advance("P9D")

    resumed = driver.sdk().subscriptions.resume(
        paused.id,
        {
            "billing_cycle_anchor": "unchanged",
            "proration_behavior": "always_invoice",
            "expand": ["latest_invoice"],
        },
    )

    assert (resumed.status, resumed.billing_cycle_anchor) == ("active", paused.billing_cycle_anchor)
    assert 0 < resumed.latest_invoice.total < 3000
    assert resumed["items"].data[0].current_period_start == paused.trial_end


def test_running_subscription_cannot_be_resumed(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().subscriptions.resume(subscription.id)


@pytest.mark.parametrize(("behavior", "credits"), [("create_prorations", [-1500]), ("none", [])])
def test_end_at_a_date_credits_what_lies_beyond(driver: Driver, behavior: str, credits: list[int]) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price(3000))
    [item] = subscription["items"].data
    half = (item.current_period_start + item.current_period_end) // 2

    planned = driver.sdk().subscriptions.update(subscription.id, {"cancel_at": half, "proration_behavior": behavior})
    driver.set_clock(half)

    ended = driver.sdk().subscriptions.retrieve(subscription.id)
    assert (planned.status, planned.cancel_at, planned.cancel_at_period_end) == ("active", half, False)
    assert (ended.status, ended.ended_at) == ("canceled", half)
    waiting = driver.sdk().invoice_items.list({"customer": customer.id, "pending": True}).data
    assert [entry.amount for entry in waiting] == credits


def test_end_in_a_later_period_lets_renewals_happen(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    later = end_of(subscription) + 10 * 86400

    driver.sdk().subscriptions.update(subscription.id, {"cancel_at": later})
    driver.set_clock(end_of(subscription) + 7200)
    renewed = driver.sdk().subscriptions.retrieve(subscription.id)
    driver.set_clock(later)

    assert (renewed.status, renewed.cancel_at, latest_invoice(driver).status) == ("active", later, "paid")
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "canceled"


def test_cancellation_may_credit_and_bill_at_once(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price(3000))
    driver.set_clock((subscription.start_date + end_of(subscription)) // 2)

    ended = driver.sdk().subscriptions.cancel(
        subscription.id, {"prorate": True, "invoice_now": True, "expand": ["latest_invoice"]}
    )

    assert (ended.status, ended.latest_invoice.status) == ("canceled", "paid")
    assert -1501 <= ended.latest_invoice.total <= -1499
    assert driver.sdk().customers.retrieve(customer.id).balance == ended.latest_invoice.total


@pytest.mark.parametrize(("resumes_in_days", "announced"), [(None, 0), (30, 0), (-1, 1)])
def test_a_renewal_that_a_pause_holds_back_is_not_announced(
    driver: Driver, resumes_in_days: int | None, announced: int
) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    renews_at = end_of(subscription)
    paused: dict[str, Any] = {"behavior": "void"}
    if resumes_in_days is not None:
        paused["resumes_at"] = renews_at + resumes_in_days * 86400
    driver.sdk().subscriptions.update(subscription.id, {"pause_collection": paused})

    driver.set_clock(renews_at - 86400 - 60)

    assert len(driver.sdk().events.list({"type": "invoice.upcoming"}).data) == announced
