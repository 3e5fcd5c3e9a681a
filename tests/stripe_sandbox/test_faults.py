"""Faults on demand: each does what its name says, as often as planned, and the same with the same seed."""

import http.client
import time
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.receiver import Receiver


def plan(driver: Driver, fault: str, **fields: Any) -> None:
    reply = driver.control("POST", "faults", {"fault": fault, **fields})
    assert reply.status == 200, reply.body


def wait_for(receiver: Receiver, count: int) -> None:
    ends_at = time.monotonic() + 5
    while len(receiver.received) < count and time.monotonic() < ends_at:
        time.sleep(0.01)


def test_a_reset_connection_leaves_nothing_behind(driver: Driver) -> None:
    plan(driver, "connection_reset", match={"method": "POST"})

    with pytest.raises((http.client.HTTPException, OSError)):
        driver.call("POST", "/v1/customers", {"name": "A"})

    assert driver.call("GET", "/v1/customers").body["data"] == []


def test_too_many_requests_name_the_reason(driver: Driver) -> None:
    plan(driver, "http_429")

    reply = driver.call("GET", "/v1/customers")

    assert reply.status == 429
    assert reply.headers["stripe-rate-limited-reason"] == "global-rate"


def test_a_forgotten_key_executes_again(driver: Driver) -> None:
    first = driver.call("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k").body
    plan(driver, "idempotency_pruned")

    second = driver.call("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k").body

    assert second["id"] != first["id"]


def test_a_stale_read_shows_the_state_before_the_last_change(driver: Driver) -> None:
    customer = driver.call("POST", "/v1/customers", {"name": "old"}).body
    driver.call("POST", f"/v1/customers/{customer['id']}", {"name": "new"})
    plan(driver, "stale_read", match={"id": customer["id"]})

    names = [driver.call("GET", f"/v1/customers/{customer['id']}").body["name"] for _ in range(2)]

    assert names == ["old", "new"]


def test_a_missing_object_answers_as_if_it_never_was(driver: Driver) -> None:
    customer = driver.call("POST", "/v1/customers", {"name": "A"}).body
    plan(driver, "missing", match={"id": customer["id"]})

    reply = driver.call("GET", f"/v1/customers/{customer['id']}")

    assert reply.status == 404
    assert reply.body["error"]["message"] == f"No such customer: '{customer['id']}'"


def test_extra_keys_and_unknown_states_come_through_the_sdk(driver: Driver) -> None:
    intent = driver.sdk().payment_intents.create({"amount": 500, "currency": "usd"})
    plan(driver, "extra_keys")
    plan(driver, "unknown_enum")

    strange = driver.sdk().payment_intents.retrieve(intent.id)
    unknown = driver.sdk().payment_intents.retrieve(intent.id)

    assert strange["sandbox_unknown_key"]["is"] == "new"
    assert unknown.status == "sandbox_unknown_status"


def test_a_fault_meets_the_nth_call_only(driver: Driver) -> None:
    plan(driver, "http_500_before", match={"path": "/v1/customers", "nth": 3})

    statuses = [driver.call("GET", "/v1/customers").status for _ in range(4)]

    assert statuses == [200, 200, 500, 200]


def test_a_share_of_calls_fails_and_the_same_ones_with_the_same_seed(driver: Driver) -> None:
    def outcomes() -> list[int]:
        driver.sandbox.faults.clear()
        plan(driver, "http_500_before", times=0, probability=0.3, seed=7)
        return [driver.call("GET", "/v1/customers").status for _ in range(30)]

    first, second = outcomes(), outcomes()

    assert first == second
    assert 0 < first.count(500) < 30


def test_reordered_events_all_arrive(driver: Driver, receiver: Receiver) -> None:
    driver.sandbox.courier.pause()
    for name in "abcdefgh":
        driver.call("POST", "/v1/customers", {"name": name})
    plan(driver, "reorder", times=0, window=8, seed=3)

    driver.sandbox.courier.resume()
    wait_for(receiver, 8)

    names = [one.event["data"]["object"]["name"] for one in receiver.received]
    assert sorted(names) == list("abcdefgh")
    assert names != list("abcdefgh")


@pytest.mark.parametrize("fault", ["bad_signature", "foreign_secret", "old_timestamp"])
def test_a_broken_signature_is_refused_by_the_sdk(driver: Driver, receiver: Receiver, fault: str) -> None:
    plan(driver, fault, match={"type": "customer.created"})

    driver.call("POST", "/v1/customers", {"name": "A"})
    wait_for(receiver, 1)

    one = receiver.received[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(one.body, one.headers["Stripe-Signature"], receiver.secret)


def test_a_live_event_is_marked_live_and_signed_right(driver: Driver, receiver: Receiver) -> None:
    plan(driver, "livemode_true")

    driver.call("POST", "/v1/customers", {"name": "A"})
    wait_for(receiver, 1)

    one = receiver.received[0]
    assert stripe.Webhook.construct_event(one.body, one.headers["Stripe-Signature"], receiver.secret).livemode


@pytest.mark.parametrize("fault", ["webhook_reset", "webhook_slow"])
def test_a_delivery_that_breaks_off_is_tried_again_later(driver: Driver, receiver: Receiver, fault: str) -> None:
    plan(driver, fault, seconds=0.1, match={"type": "customer.created"})

    driver.call("POST", "/v1/customers", {"name": "A"})
    driver.advance("PT10M")

    assert receiver.received[-1].event["type"] == "customer.created"
    last = driver.sandbox.recent_deliveries(limit=1)[0]
    assert (last["state"], last["attempts"]) == ("succeeded", 2)


@pytest.mark.parametrize("fields", [{"probability": 0}, {"probability": 1.5}, {"match": {"nth": 0}}, {"window": 1}])
def test_a_fault_that_could_never_strike_is_refused(driver: Driver, fields: dict[str, Any]) -> None:
    assert driver.control("POST", "faults", {"fault": "http_429", **fields}).status == 400
