"""The SDK's own method for every endpoint works in a flow: none is only answered."""

import re

from stripe_sandbox.resources import connect
from stripe_sandbox.wire.routing import _ROUTES, match
from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.tour.guide import Guide
from tests.stripe_sandbox.tour.walk import walk

_NAME = re.compile(r"\(\?P<\w+>\[\^/\]\+\)")
# The SDK's services have no method for these; only its older classes call them (test_djstripe_needs.py does).
BY_OLDER_CLASSES = {
    ("GET", "^/v1/customers/{}/sources$"),
    ("GET", "^/v1/charges/{}/refunds$"),
    ("GET", "^/v1/charges/{}/refunds/{}$"),
}
# No bank transfer ever comes in here, so there is no movement to show.
NOTHING_TO_SHOW = {("GET", "^/v1/customers/{}/cash_balance_transactions/{}$")}


def test_every_method_of_the_sdk_works_in_a_flow(driver: Driver) -> None:
    guide = Guide(driver.url)
    driver.sandbox.courier.pause()

    walk(guide)
    guide.transport.close()

    called = {id(match(method, path)[0]) for method, path, status in guide.transport.calls if status == 200}
    # Connect is only ever refused here (test_refused_calls.py).
    wanted = [route for route in _ROUTES if route.handler.__module__ != connect.__name__]
    missing = {(route.method, _NAME.sub("{}", route.pattern.pattern)) for route in wanted if id(route) not in called}
    assert missing == BY_OLDER_CLASSES | NOTHING_TO_SHOW
