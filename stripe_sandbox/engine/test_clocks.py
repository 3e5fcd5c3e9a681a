"""Decides how a test clock holds its customers' time, how far it may go and what ends with it.

Assumed, from memory of Stripe: the words of the refusals, that writes meet 429 while a clock advances, that it is
deleted by itself after thirty days, and how many customers and subscriptions it may have.
"""

from collections.abc import Iterable
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import customers, periods
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

KIND = "test_helpers.test_clock"
KEPT_SECONDS = 30 * periods.DAY_SECONDS
MOST_INTERVALS = 2
MOST = 3
_ENDED = ("canceled", "incomplete_expired")
# Parameters that name an object which may live on a clock, in the order in which they are asked.
_OWNERS = ("customer", "subscription", "invoice", "charge", "payment_intent", "from_subscription")


def create(unit: Unit, *, frozen_time: int, name: str | None) -> StripeObject:
    """A clock that stands at this moment (unix seconds)."""
    clock = blank(KIND, id=ids.new_id(KIND), frozen_time=frozen_time, name=name)
    unit.add(clock)
    clock["deletes_after"] = clock["created"] + KEPT_SECONDS
    unit.schedule("test_clock_expiry", clock["id"], due_at=clock["deletes_after"])
    unit.emit("test_helpers.test_clock.created", clock)
    return clock


def check_room(unit: Unit, clock_id: str) -> None:
    """Raises ApiError for a customer too many on this clock, where the switch `strict_clock_limits` counts them."""
    where = "json_extract(data, '$.test_clock') = ? AND json_extract(data, '$._is_deleted') IS NULL"
    if unit.settings["strict_clock_limits"] and len(unit.select("customer", where=where, values=[clock_id])) >= MOST:
        raise invalid(f"A test clock can have at most {MOST} customers.", param="test_clock")


def check_subscriptions(unit: Unit, customer: StripeObject) -> None:
    """The same for the subscriptions of a customer on a clock."""
    if not unit.settings["strict_clock_limits"] or not customer["test_clock"]:
        return
    if len(unit.select("subscription", where="customer = ?", values=[customer["id"]])) >= MOST:
        raise invalid(f"A customer on a test clock can have at most {MOST} subscriptions.", param="customer")


def begin_advance(unit: Unit, clock: StripeObject, *, target: int) -> StripeObject:
    """Set off for this moment; the walk itself begins when this change is committed.

    Raises ApiError for a moment that has passed, one too far away, or a clock that is on its way.
    """
    if clock["status"] != "ready":
        raise invalid("The test clock is advancing; wait until it is ready.")
    if target <= clock["frozen_time"]:
        raise invalid(
            "The frozen_time must be later than the current frozen_time of the test clock.", param="frozen_time"
        )
    if target > _furthest(unit, clock):
        raise invalid(
            "You can only advance a test clock by at most two intervals of the shortest subscription on it, or two "
            "years where there is none.",
            param="frozen_time",
        )
    clock.update(status="advancing", status_details={"advancing": {"target_frozen_time": target}})
    unit.emit("test_helpers.test_clock.advancing", clock)
    unit.advanced_clock = clock["id"]
    return clock


def finish_advance(unit: Unit, clock_id: str) -> None:
    """The walk is over: the clock stands at its target and is ready."""
    clock = unit.find(KIND, clock_id)
    if clock is None or clock.get("_is_deleted"):
        return
    clock["frozen_time"] = clock["status_details"]["advancing"]["target_frozen_time"]
    clock.update(status="ready", status_details={})
    unit.emit("test_helpers.test_clock.ready", clock)


def _furthest(unit: Unit, clock: StripeObject) -> int:
    start = clock["frozen_time"]
    ends = []
    for subscription in unit.select(
        "subscription", where="json_extract(data, '$.test_clock') = ?", values=[clock["id"]]
    ):
        if subscription["status"] in _ENDED:
            continue
        for item in subscription["items"]["data"]:
            rhythm = item["price"]["recurring"]
            ends.append(_after(start, interval=rhythm["interval"], count=rhythm["interval_count"]))
    return min(ends, default=_after(start, interval="year", count=1))


def _after(start: int, *, interval: str, count: int) -> int:
    return periods.boundary(start, interval=interval, interval_count=count, steps=MOST_INTERVALS)


def delete(unit: Unit, clock: StripeObject) -> StripeObject:
    """Remove the clock with its customers and their subscriptions; what was due on it never happens."""
    on_clock = "json_extract(data, '$.test_clock') = ? AND json_extract(data, '$._is_deleted') IS NULL"
    for customer in unit.select("customer", where=on_clock, values=[clock["id"]]):
        customers.delete(unit, customer)
    unit.connection.execute("DELETE FROM clock_timers WHERE clock = ?", (clock["id"],))
    unit.unschedule("test_clock_expiry", clock["id"])
    unit.emit("test_helpers.test_clock.deleted", clock)
    clock["_is_deleted"] = True
    return {"id": clock["id"], "object": KIND, "deleted": True}


def delete_when_due(unit: Unit, clock_id: str) -> None:
    """Timer: a clock lives thirty days."""
    delete(unit, unit.get(KIND, clock_id))


def stand(unit: Unit, *names: str) -> None:
    """Let this change happen at the time of the first of these objects that lives on a test clock.

    Raises ApiError 429 while that clock advances.
    """
    clock = _first_clock(unit, names)
    if clock is not None:
        if clock["status"] != "ready":
            raise ApiError(
                "This object lives on a test clock that is advancing. Try again when the clock is ready.",
                status=429,
                code="lock_timeout",
            )
        unit.move_to_clock(clock["id"], now=clock["frozen_time"])


def stand_even_if_advancing(unit: Unit, name: str) -> None:
    """The same for what the machinery does in between: it happens at the moment that the clock has reached."""
    clock = _first_clock(unit, (name,))
    if clock is not None:
        unit.move_to_clock(clock["id"], now=clock["frozen_time"])


def _first_clock(unit: Unit, names: Iterable[str]) -> StripeObject | None:
    if unit.clock_id is not None or not _has_clocks(unit):
        return None
    for name in names:
        clock_id = _clock_of(unit, name)
        clock = unit.find(KIND, clock_id) if clock_id else None
        if clock is not None and not clock.get("_is_deleted"):
            return clock
    return None


def stand_for_call(unit: Unit, params: dict[str, Any], path_ids: dict[str, str]) -> None:
    """The same for an API call: what its path names counts first, then its parameters."""
    named = [params.get(key) for key in ("test_clock", *_OWNERS)]
    stand(unit, *path_ids.values(), *(name for name in named if isinstance(name, str)))


def _has_clocks(unit: Unit) -> bool:
    row = unit.connection.execute(
        "SELECT 1 FROM objects WHERE account = ? AND kind = ? LIMIT 1", (unit.account_id, KIND)
    ).fetchone()
    return row is not None


def _clock_of(unit: Unit, name: str) -> str | None:
    """The clock that this object lives on, found through the objects that it belongs to; None for no clock."""
    kind = ids.kind_of(name)
    thing = _subscription_of(unit, name) if kind == "subscription_item" else unit.find(kind, name) if kind else None
    if thing is None or kind == KIND:
        return name if kind == KIND and thing is not None else None
    if thing.get("test_clock"):
        return str(thing["test_clock"])
    owner = next((thing[key] for key in _OWNERS if isinstance(thing.get(key), str)), None)
    return _clock_of(unit, owner) if owner else None


def _subscription_of(unit: Unit, item_id: str) -> StripeObject | None:
    """Items are kept inside their subscription."""
    where = "EXISTS (SELECT 1 FROM json_each(data, '$.items.data') AS i WHERE json_extract(i.value, '$.id') = ?)"
    return next(iter(unit.select("subscription", where=where, values=[item_id])), None)
