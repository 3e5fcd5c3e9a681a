"""Searches: Stripe's query language on what the sandbox holds."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


@pytest.fixture
def customers(driver: Driver) -> dict[str, Any]:
    """Three customers by first name."""
    rows = [("Ada", "ada@example.org", "gold"), ("Bob", "bob@example.org", "tin"), ("Ann", "ann@example.com", "gold")]
    return {
        name: driver.sdk().customers.create({"name": name, "email": email, "metadata": {"tier": tier}})
        for name, email, tier in rows
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("email:'ada@example.org'", ["Ada"]),
        ("email:'ADA@example.org'", ["Ada"]),
        ("metadata['tier']:'gold'", ["Ann", "Ada"]),
        ("email~'example.org' AND metadata['tier']:'gold'", ["Ada"]),
        ("name:'Ada' OR name:'Bob'", ["Bob", "Ada"]),
        ("-metadata['tier']:'gold'", ["Bob"]),
        ("phone:null", ["Ann", "Bob", "Ada"]),
        ("created>0 name:'Ann'", ["Ann"]),
        ("metadata['none']:'x'", []),
        ("name:'\\' OR 1=1 --'", []),
    ],
)
def test_a_query_finds_what_it_says(
    driver: Driver, customers: dict[str, Any], query: str, expected: list[str]
) -> None:
    found = driver.sdk().customers.search({"query": query})

    assert [one.name for one in found.data] == expected
    assert found.total_count == len(expected)


@pytest.mark.parametrize(
    "query",
    ["", "name", "shoe:'9'", "name:'a' AND", "name:'a' AND phone:'b' OR name:'c'", "email~'ab'", "name>'x'"],
)
def test_a_query_that_cannot_be_read_is_refused(driver: Driver, query: str) -> None:
    reply = driver.call("GET", "/v1/customers/search", {"query": query})

    assert reply.status == 400
    assert reply.body["error"]["param"] == "query"


def test_pages_follow_each_other(driver: Driver, customers: dict[str, Any]) -> None:
    first = driver.sdk().customers.search({"query": "created>0", "limit": 2})
    second = driver.sdk().customers.search({"query": "created>0", "limit": 2, "page": first.next_page})

    assert [one.name for one in first.data + second.data] == ["Ann", "Bob", "Ada"]
    assert (first.has_more, second.has_more, second.next_page) == (True, False, None)


def test_a_subscription_is_found_by_its_state(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    found = driver.sdk().subscriptions.search({"query": "status:'active'"})

    assert [one.id for one in found.data] == [subscription.id]


def test_a_deleted_customer_is_not_found(driver: Driver, customers: dict[str, Any]) -> None:
    driver.sdk().customers.delete(customers["Ada"].id)

    assert driver.sdk().customers.search({"query": "name:'Ada'"}).data == []


def test_the_query_is_required(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        driver.sdk().customers.search({})

    assert refused.value.code == "parameter_missing"
