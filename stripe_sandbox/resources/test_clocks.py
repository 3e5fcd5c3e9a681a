"""Routes of test clocks."""

from typing import Any

from stripe_sandbox.engine import test_clocks
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import page
from stripe_sandbox.wire.routing import route

URL = "/v1/test_helpers/test_clocks"


@route("POST", URL, schema="test_helpers/test_clock_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A clock at the given moment."""
    return test_clocks.create(unit, frozen_time=params["frozen_time"], name=params.get("name"))


@route("GET", f"{URL}/{{clock}}", schema="test_helpers/test_clock_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], clock: str) -> StripeObject:
    """One clock."""
    return unit.get(test_clocks.KIND, clock)


@route("GET", URL, schema="test_helpers/test_clock_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Clocks."""
    return page(unit, test_clocks.KIND, params, url=URL)


@route("POST", f"{URL}/{{clock}}/advance", schema="test_helpers/test_clock_advance")
def advance(unit: Unit, params: dict[str, Any], clock: str) -> StripeObject:
    """Send the clock forward: the answer says `advancing`, the next look `ready`."""
    found = unit.get(test_clocks.KIND, clock)
    return test_clocks.begin_advance(unit, found, target=params["frozen_time"])


@route("DELETE", f"{URL}/{{clock}}")
def delete(unit: Unit, params: dict[str, Any], clock: str) -> StripeObject:
    """Remove the clock and all that lives on it."""
    return test_clocks.delete(unit, unit.get(test_clocks.KIND, clock))
