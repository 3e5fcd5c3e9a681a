"""No body of any control, however wrong, is more than a clear 400 or 404."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_sandbox.control.actions import ACTIONS
from stripe_sandbox.settings import SWITCHES
from tests.stripe_sandbox.driver import Driver

FIELDS = (
    "set",
    "advance",
    "advance_seconds",
    "freeze",
    "follow_wall",
    "deliver",
    "fault",
    "name",
    "match",
    "times",
    "seconds",
    "most_seconds",
    "code",
    "probability",
    "seed",
    "window",
    "back",
    "clock",
    "at_once",
    "invoice",
    "customer",
    "charge",
    "refund",
    "dispute",
    "amount",
    "reason",
    "inquiry",
    "due_by",
    "fraud_type",
    "event",
    "limit",
    "coupon",
    "promotion_code",
    "payment_method",
    "card",
    "exp_month",
    "exp_year",
    "keeps_number",
    "advice_code",
    "network_advice_code",
    "network_decline_code",
    "network_status",
    "outcome_reason",
    "outcome_type",
)
WORDS = st.sampled_from(
    ["drop", "delay", "P1D", "P9999999999D", "PT", "instant", "fixed:", "fixed:1,x", "live", "wall"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
BODIES = st.dictionaries(st.sampled_from(FIELDS) | st.sampled_from(sorted(SWITCHES)), VALUES, max_size=5)
NAMES = sorted(ACTIONS)


def send(driver: Driver, method: str, name: str, body: bytes) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(driver.url).netloc, timeout=30)
    try:
        connection.request(method, f"/_sandbox/{name}", body=body)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@given(action=st.sampled_from(NAMES), body=BODIES)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_value_breaks_a_control(driver: Driver, action: tuple[str, str], body: dict[str, Any]) -> None:
    if action == ("POST", "clock"):
        # A year is a long way for a shared state; how far it may go is tested by itself.
        body.pop("set", None)
    status, answer = send(driver, *action, json.dumps(body).encode())

    assert status in {200, 400, 404}, answer
    assert status == 200 or answer["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b'{"times": ' + b"9" * 5000 + b"}",
        b"[" * 50_000,
        b'{"a": "\\ud800"}',
    ],
)
@pytest.mark.parametrize("name", ["clock", "faults", "settings", "refunds", "webhooks/resend"])
def test_body_that_is_no_table_is_refused(driver: Driver, name: str, body: bytes) -> None:
    status, answer = send(driver, "POST", name, body)

    assert (status, list(answer)) == (400, ["error"])


@pytest.mark.parametrize("moment", [1e18, float("inf"), float("nan"), 7_300_000_000])
def test_clock_has_an_end(driver: Driver, moment: float) -> None:
    assert driver.control("POST", "clock", {"set": moment}).status == 400


def test_money_that_cannot_be_given_back_is_refused(driver: Driver) -> None:
    driver.subscribe(driver.customer(), driver.price())
    charge = driver.sdk().charges.list().data[0].id

    for wrong in ({"amount": -5}, {"amount": 2**70}, {"amount": [1]}, {"reason": {"a": 1}}, {"amount": 10**9}):
        assert driver.control("POST", "refunds", {"charge": charge, **wrong}).status == 400
    assert driver.sdk().refunds.list().data == []
