"""Every route is one that Stripe's SDK calls, and answers a call about nothing with Stripe's own kind of error."""

import re
from pathlib import Path

import pytest
import stripe

import stripe_sandbox.resources  # noqa: F401 - registers the routes.
from stripe_sandbox.wire.routing import _ROUTES
from tests.stripe_sandbox.driver import Driver

_CALL = re.compile(r'"(get|post|delete)",\s*"(/v[12]/[^"]*)"')
_NAME = re.compile(r"\{\w+\}")
# Stripe answers these; the SDK's services have no method for them, its older classes do.
BY_OLDER_CLASSES = {
    ("GET", "/v1/customers/{}/sources"),
    ("GET", "/v1/charges/{}/refunds"),
    ("GET", "/v1/charges/{}/refunds/{}"),
}


def called_by_sdk() -> set[tuple[str, str]]:
    found = set()
    for source in Path(stripe.__file__).parent.rglob("*_service.py"):
        for method, path in _CALL.findall(source.read_text(encoding="utf-8")):
            found.add((method.upper(), _NAME.sub("{}", path)))
    return found


def routes() -> list[tuple[str, str]]:
    found = []
    for route in _ROUTES:
        pattern = re.sub(r"\(\?P<\w+>\[\^/\]\+\)", "{}", route.pattern.pattern.strip("^$"))
        found.append((route.method, pattern.replace("\\", "")))
    return found


def test_every_route_is_one_that_the_sdk_calls() -> None:
    strange = set(routes()) - called_by_sdk() - BY_OLDER_CLASSES

    assert strange == set()


@pytest.mark.parametrize(("method", "path"), sorted(routes()))
def test_a_route_answers_a_call_about_nothing(driver: Driver, method: str, path: str) -> None:
    reply = driver.call(method, path.replace("{}", "nothing"))

    assert reply.status in {200, 400, 402, 403, 404}
    if reply.status == 200:
        assert "object" in reply.body or path.startswith("/v2/")
    else:
        assert reply.body["error"]["type"] in {"invalid_request_error", "card_error"}
        assert "Unrecognized request URL" not in reply.body["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path"), sorted({("POST", path) for method, path in routes() if method == "POST"})
)
def test_a_parameter_that_stripe_does_not_have_is_refused(driver: Driver, method: str, path: str) -> None:
    reply = driver.call(method, path.replace("{}", "nothing"), {"surely_unknown": "1"})

    assert reply.status in {400, 404}
    if reply.status == 400 and reply.body["error"].get("code") == "parameter_unknown":
        assert reply.body["error"]["param"] == "surely_unknown"
