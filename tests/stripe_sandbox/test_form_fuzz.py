"""No body and no query, however wrong, breaks the API: it is read, or refused with Stripe's error."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.stripe_sandbox.driver import Driver

NAMES = st.sampled_from(
    ["name", "metadata", "address", "expand", "created", "limit", "items", "preferred_locales", "x"]
)
BRACKETS = st.sampled_from(["", "[]", "[0]", "[a]", "[", "]", "[][a]", "[0][a]", "[²]", "[a][]", "[999999999999]"])
VALUES = st.sampled_from(["", "1", "-1", "true", "9" * 25, "é", "\x00", "now", "cus_1"]) | st.text(max_size=8)
PAIRS = st.lists(st.tuples(NAMES, BRACKETS, VALUES), max_size=5)


def encoded(pairs: list[tuple[str, str, str]]) -> str:
    return "&".join(f"{name}{brackets}={quote(value.encode(errors='replace'))}" for name, brackets, value in pairs)


def send(driver: Driver, method: str, path: str, form: str) -> Any:
    headers = {"Authorization": "Bearer sk_test_sandbox"}
    body = quote(form, safe="=&%[]")
    return driver._send(
        method, path if method == "POST" else f"{path}?{body}", body if method == "POST" else "", headers
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/customers"), ("GET", "/v1/customers"), ("POST", "/v1/subscriptions"), ("GET", "/v1/events")],
)
@given(pairs=PAIRS)
@example(pairs=[("created", "[a]", "9" * 25)])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_form_breaks_the_api(driver: Driver, method: str, path: str, pairs: list[tuple[str, str, str]]) -> None:
    reply = send(driver, method, path, encoded(pairs))

    assert reply.status in {200, 400, 404}, reply.body
    assert reply.status == 200 or reply.body["error"]["type"] == "invalid_request_error"
