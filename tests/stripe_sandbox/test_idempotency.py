"""Idempotency keys: one execution, one answer."""

import threading
import time

import pytest
import stripe

from stripe_sandbox.faults import Fault
from tests.stripe_sandbox.driver import Driver


def test_same_key_gives_the_first_answer_and_one_object(driver: Driver) -> None:
    first = driver.call("POST", "/v1/customers", {"email": "a@example.org"}, Idempotency_Key="k")
    second = driver.call("POST", "/v1/customers", {"email": "a@example.org"}, Idempotency_Key="k")

    assert second.body == first.body
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["original-request"] == first.headers["request-id"]
    assert len(driver.sdk().customers.list().data) == 1
    assert driver.event_types() == ["customer.created"]


def test_same_key_with_other_parameters_is_refused(driver: Driver) -> None:
    driver.sdk().customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})

    with pytest.raises(stripe.IdempotencyError):
        driver.sdk().customers.create({"email": "b@example.org"}, {"idempotency_key": "k"})


def test_declined_answer_is_stored(driver: Driver) -> None:
    customer = driver.customer(None)
    path = "/v1/payment_methods/pm_card_chargeDeclined/attach"

    first = driver.call("POST", path, {"customer": customer.id}, Idempotency_Key="k")
    second = driver.call("POST", path, {"customer": customer.id}, Idempotency_Key="k")

    assert first.status == 402
    assert second.body == first.body
    assert second.headers["idempotent-replayed"] == "true"


def test_validation_error_is_not_stored(driver: Driver) -> None:
    refused = driver.call("POST", "/v1/customers", {"emial": "x"}, Idempotency_Key="k")
    accepted = driver.call("POST", "/v1/customers", {"email": "ada@example.org"}, Idempotency_Key="k")

    assert (refused.status, accepted.status) == (400, 200)


def test_key_in_use_is_a_conflict(driver: Driver) -> None:
    driver.sandbox.faults.add(Fault(name="latency", match={"method": "POST"}, seconds=0.6))
    slow = threading.Thread(
        target=driver.call,
        args=("POST", "/v1/customers", {"email": "ada@example.org"}),
        kwargs={"Idempotency_Key": "k"},
    )
    slow.start()
    while driver.sandbox.faults.listed():
        time.sleep(0.01)

    statuses = []
    while slow.is_alive() and 409 not in statuses:
        reply = driver.call("POST", "/v1/customers", {"email": "ada@example.org"}, Idempotency_Key="k")
        statuses.append(reply.status)
    slow.join()

    assert 409 in statuses
    assert len(driver.sdk().customers.list().data) == 1


def test_lost_answer_is_repeated_under_the_same_key(driver: Driver) -> None:
    driver.sandbox.faults.add(Fault(name="timeout_after_commit", match={"path": "/v1/customers"}))

    customer = driver.sdk(retries=2).customers.create({"email": "x@example.org"})

    assert [found.id for found in driver.sdk().customers.list().data] == [customer.id]


def test_lost_answer_without_retry_is_a_connection_error(driver: Driver) -> None:
    driver.sandbox.faults.add(Fault(name="timeout_after_commit", match={"path": "/v1/customers"}))

    with pytest.raises(stripe.APIConnectionError):
        driver.sdk().customers.create({"email": "x@example.org"})

    assert len(driver.sdk().customers.list().data) == 1


def test_failure_before_execution_leaves_nothing(driver: Driver) -> None:
    driver.sandbox.faults.add(Fault(name="http_500_before", match={"path": "/v1/customers"}))

    with pytest.raises(stripe.APIError):
        driver.sdk().customers.create({"email": "x@example.org"})

    assert driver.sdk().customers.list().data == []


def test_failure_after_commit_is_stored_as_failure(driver: Driver) -> None:
    driver.sandbox.faults.add(Fault(name="http_500_after_commit", match={"path": "/v1/customers"}))

    replies = [
        driver.call("POST", "/v1/customers", {"email": "ada@example.org"}, Idempotency_Key="k") for _ in range(2)
    ]

    assert [reply.status for reply in replies] == [500, 500]
    assert len(driver.sdk().customers.list().data) == 1


def test_old_key_executes_again(driver: Driver) -> None:
    driver.sandbox.change_settings({"idempotency_hours": 0})

    for _ in range(2):
        driver.call("POST", "/v1/customers", {"email": "ada@example.org"}, Idempotency_Key="k")

    assert len(driver.sdk().customers.list().data) == 2
