"""Faults and profiles of webhook deliveries in system time, and what a customer does meanwhile."""

import threading
import time
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.receiver import Received, Receiver
from tests.stripe_sandbox.test_faults import plan, wait_for


def failing_invoice(driver: Driver) -> Any:
    customer = driver.customer("pm_card_chargeCustomerFail")
    subscription = driver.subscribe(customer, driver.price(), expand=["latest_invoice"])
    return subscription.latest_invoice


def test_duplicate_at_once_comes_on_two_connections(driver: Driver, receiver: Receiver) -> None:
    both_are_here = threading.Barrier(2)

    def meet(_one: Received) -> None:
        both_are_here.wait(timeout=5)

    receiver.on_delivery = meet
    plan(driver, "duplicate", at_once=True, match={"type": "customer.created"})

    driver.call("POST", "/v1/customers", {"name": "A"})
    wait_for(receiver, 2)

    assert not both_are_here.broken
    assert receiver.received[0].event["id"] == receiver.received[1].event["id"]


def test_delay_in_wall_time_passes_without_moving_the_clock(driver: Driver, receiver: Receiver) -> None:
    plan(driver, "delay", seconds=0.3, clock="wall")
    started = time.monotonic()

    driver.call("POST", "/v1/customers", {"name": "A"})
    wait_for(receiver, 1)

    assert time.monotonic() - started >= 0.3
    assert receiver.types == ["customer.created"]


def test_delay_in_billing_time_waits_for_the_clock(driver: Driver, receiver: Receiver) -> None:
    plan(driver, "delay", seconds=600)
    driver.call("POST", "/v1/customers", {"name": "A"})
    time.sleep(0.2)
    early = list(receiver.types)

    driver.advance("PT11M")

    assert early == []
    assert receiver.types == ["customer.created"]


def test_frozen_clock_retries_in_system_time_where_the_profile_says_so(driver: Driver, receiver: Receiver) -> None:
    driver.control("POST", "settings", {"retry_wall_seconds": [0.1, 0.1]})
    driver.control("POST", "clock", {"freeze": True})
    receiver.answers.extend([500, 500])

    driver.call("POST", "/v1/customers", {"name": "A"})
    wait_for(receiver, 3)

    ends_at = time.monotonic() + 5
    while driver.sandbox.recent_deliveries(limit=1)[0]["state"] == "pending" and time.monotonic() < ends_at:
        time.sleep(0.01)
    last = driver.sandbox.recent_deliveries(limit=1)[0]
    assert (last["state"], last["attempts"]) == ("succeeded", 3)


def test_running_clock_keeps_its_own_profile(driver: Driver, receiver: Receiver) -> None:
    driver.control("POST", "settings", {"retry_wall_seconds": [0.1, 0.1]})
    receiver.answers.append(500)
    driver.call("POST", "/v1/customers", {"name": "A"})
    wait_for(receiver, 1)
    time.sleep(0.8)
    early = len(receiver.received)

    driver.advance("PT6M")

    assert (early, len(receiver.received)) == (1, 2)


def test_clock_moved_without_delivering_sends_after_the_answer(driver: Driver, receiver: Receiver) -> None:
    driver.subscribe(driver.customer(), driver.price(), trial_period_days=5)
    driver.advance("PT1S")
    receiver.clear()
    waiting: list[int] = []
    receiver.on_delivery = lambda _one: waiting.append(1)

    body = driver.control("POST", "clock", {"advance": "P5D", "deliver": False}).body
    sent_before = len(waiting)
    wait_for(receiver, 3)

    assert body["is_advancing"] is False
    assert body["pending_deliveries"] + sent_before >= 3
    assert "customer.subscription.trial_will_end" in receiver.types
    assert "invoice.created" in receiver.types


def test_moving_without_delivering_keeps_a_pause(driver: Driver, receiver: Receiver) -> None:
    driver.sandbox.courier.pause()
    driver.call("POST", "/v1/customers", {"name": "A"})

    driver.control("POST", "clock", {"advance": "P1D", "deliver": False})
    time.sleep(0.7)

    assert receiver.received == []


def test_customer_pays_between_our_last_look_and_our_call(driver: Driver) -> None:
    invoice = failing_invoice(driver)
    plan(driver, "pay_on_hosted_page", match={"method": "POST", "path": "/v1/invoices/*"})
    looked = driver.sdk().invoices.retrieve(invoice.id).status

    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        driver.sdk().invoices.pay(invoice.id)

    charges = driver.sdk().charges.list().data
    assert looked == "open"
    assert driver.sdk().invoices.retrieve(invoice.id).status == "paid"
    assert [charge.paid for charge in charges] == [True, False]


def test_customer_pays_the_named_invoice_during_another_call(driver: Driver) -> None:
    invoice = failing_invoice(driver)
    plan(driver, "pay_on_hosted_page", invoice=invoice.id, match={"path": "/v1/customers"})

    driver.sdk().customers.list()

    assert driver.sdk().invoices.retrieve(invoice.id).status == "paid"


def test_nothing_to_pay_is_no_fault(driver: Driver) -> None:
    plan(driver, "pay_on_hosted_page")

    assert driver.call("GET", "/v1/customers").status == 200


def test_latency_is_drawn_between_its_bounds(driver: Driver) -> None:
    plan(driver, "latency", seconds=0.05, most_seconds=0.15, seed=4)
    started = time.monotonic()

    driver.call("GET", "/v1/customers")

    assert time.monotonic() - started >= 0.05


@pytest.mark.parametrize(
    "fields",
    [
        {"clock": "sidereal"},
        {"at_once": "yes"},
        {"match": {"colour": "red"}},
        {"times": -1},
        {"seconds": "long"},
        {"seed": 1.5},
    ],
)
def test_field_that_cannot_be_is_refused(driver: Driver, fields: dict[str, Any]) -> None:
    reply = driver.control("POST", "faults", {"fault": "delay", **fields})

    assert reply.status == 400
    assert driver.control("GET", "faults").body["data"] == []
