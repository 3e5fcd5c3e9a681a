"""The switches: what each may be, and what those do that no other test needs."""

import time
from typing import Any

import pytest
import stripe

from stripe_sandbox import settings
from tests.stripe_sandbox.driver import Driver


def switch(driver: Driver, **values: Any) -> None:
    reply = driver.control("POST", "settings", values)
    assert reply.status == 200, reply.body


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retries", "fixed"),
        ("retries", "fixed:a"),
        ("retries", "fixed:3,"),
        ("retries", 5),
        ("retries", None),
        ("after_retries", "explode"),
        ("after_retries", ["leave"]),
        ("pay_requires_action", True),
        ("upcoming_days", -1),
        ("upcoming_days", 1.5),
        ("upcoming_days", "7"),
        ("refunds", "pending"),
        ("refunds", "pending:soon"),
        ("refunds", "pending:5:maybe"),
        ("refunds", "pending:5:failed:because"),
        ("refunds", {}),
        ("dispute_fee_returned", "yes"),
        ("allow_resubmit", 1),
        ("webhook_timeout_seconds", 0),
        ("webhook_timeout_seconds", "10"),
        ("webhook_retry_seconds", "often"),
        ("webhook_retry_seconds", [-1]),
        ("webhook_retry_seconds", ["5"]),
        ("retry_wall_seconds", 5),
        ("strict_version", None),
        ("idempotency_hours", float("nan")),
        ("slow_clock", True),
        ("search_lag", float("inf")),
        ("strict_clock_limits", "true"),
        ("requests_per_second", -1),
    ],
)
def test_value_that_cannot_be_is_refused_by_name_and_changes_nothing(driver: Driver, name: str, value: Any) -> None:
    before = driver.control("GET", "settings").body

    reply = driver.control("POST", "settings", {"retries": "fixed:1", name: value})

    assert reply.status == 400
    assert reply.body["error"].startswith(f"{name} is ")
    assert driver.control("GET", "settings").body == before


def test_every_default_is_a_value_that_may_be_set(driver: Driver) -> None:
    first = driver.control("GET", "settings").body

    switch(driver, **settings.defaults())

    assert driver.control("GET", "settings").body == first


def test_named_profiles_of_webhook_retries_are_pauses(driver: Driver) -> None:
    switch(driver, webhook_retry_seconds="live")
    live = driver.control("GET", "settings").body["webhook_retry_seconds"]
    switch(driver, webhook_retry_seconds="test")

    assert driver.control("GET", "settings").body["webhook_retry_seconds"] == [300, 10800]
    assert all(later == 2 * sooner for sooner, later in zip(live, live[1:], strict=False))
    assert 2 * 86400 < sum(live) <= 3 * 86400


def test_slow_clock_advances_for_a_while_and_holds_its_objects(driver: Driver) -> None:
    switch(driver, slow_clock=0.6)
    now = driver.sandbox.clock.now()
    clock = driver.sdk().test_helpers.test_clocks.create({"frozen_time": now})
    customer = driver.sdk().customers.create({"test_clock": clock.id})

    driver.sdk().test_helpers.test_clocks.advance(clock.id, {"frozen_time": now + 3600})

    assert driver.sdk().test_helpers.test_clocks.retrieve(clock.id).status == "advancing"
    with pytest.raises(stripe.RateLimitError):
        driver.sdk().customers.update(customer.id, {"name": "Ada"})
    ends_at = time.monotonic() + 5
    while driver.sdk().test_helpers.test_clocks.retrieve(clock.id).status != "ready":
        assert time.monotonic() < ends_at
        time.sleep(0.02)
    assert driver.sdk().test_helpers.test_clocks.retrieve(clock.id).frozen_time == now + 3600


def test_search_finds_a_new_object_after_its_lag(driver: Driver) -> None:
    switch(driver, search_lag=60)
    driver.customer()

    at_once = driver.sdk().customers.search({"query": "email:'alice@example.org'"}).data
    driver.advance("PT61S")
    later = driver.sdk().customers.search({"query": "email:'alice@example.org'"}).data

    assert (len(at_once), len(later)) == (0, 1)


def test_strict_clocks_have_room_for_three_customers(driver: Driver) -> None:
    clock = driver.sdk().test_helpers.test_clocks.create({"frozen_time": driver.sandbox.clock.now()})
    for _ in range(3):
        driver.sdk().customers.create({"test_clock": clock.id})
    driver.sdk().customers.create({"test_clock": clock.id})
    switch(driver, strict_clock_limits=True)

    with pytest.raises(stripe.InvalidRequestError, match="at most 3 customers"):
        driver.sdk().customers.create({"test_clock": clock.id})


def test_strict_clocks_have_room_for_three_subscriptions_a_customer(driver: Driver) -> None:
    switch(driver, strict_clock_limits=True)
    clock = driver.sdk().test_helpers.test_clocks.create({"frozen_time": driver.sandbox.clock.now()})
    customer = driver.sdk().customers.create({"test_clock": clock.id})
    price = driver.price()
    for _ in range(3):
        driver.subscribe(customer, price, trial_period_days=3)

    with pytest.raises(stripe.InvalidRequestError, match="at most 3 subscriptions"):
        driver.subscribe(customer, price, trial_period_days=3)


def test_calls_above_the_rate_wait_for_the_bucket_to_fill(driver: Driver) -> None:
    switch(driver, requests_per_second=3)

    statuses = [driver.call("GET", "/v1/customers").status for _ in range(6)]
    refused = driver.call("GET", "/v1/customers")
    time.sleep(0.5)

    assert statuses[:3] == [200, 200, 200]
    assert refused.status == 429
    assert (refused.body["error"]["type"], refused.body["error"]["code"]) == ("invalid_request_error", "rate_limit")
    assert driver.call("GET", "/v1/customers").status == 200


def test_another_account_has_a_bucket_of_its_own(driver: Driver) -> None:
    driver.sdk("sk_test_other").customers.list()
    switch(driver, requests_per_second=1.5)
    statuses = [driver.call("GET", "/v1/customers").status for _ in range(3)]

    driver.sdk("sk_test_other").customers.list()

    assert 429 in statuses
