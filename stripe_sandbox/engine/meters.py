"""Decides which meters there are and which usage they accept; what the usage comes to is `usage`.

Documented: one meter an event name; identifiers are unique for 24 hours; events lie at most 35 days back and 5
minutes ahead; an event can be cancelled within 24 hours; a meter that is switched off accepts none. The error codes
are those of Stripe's error reports. Assumed: usage that cannot be taken is refused within the call (Stripe reports
part of it later), most words of the refusals, and which numbers are too long.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import price_numbers, test_clocks
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

METER = "billing.meter"
EVENT = "billing.meter_event"
DAY_SECONDS = 86400
EARLIEST_SECONDS = 35 * DAY_SECONDS
LATEST_SECONDS = 300
UNIQUE_SECONDS = CANCELLABLE_SECONDS = DAY_SECONDS
MOST_DIGITS = 15
# Between an identifier and the moment it was taken, in the id under which an event is kept.
_MARK = "\x1f"


@dataclass(frozen=True)
class Usage:
    """What a meter event says; times in unix seconds."""

    event_name: str
    payload: dict[str, str]
    identifier: str | None = None
    timestamp: int | None = None


def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A meter with its event. Raises ApiError when another active meter has the event name."""
    if _by_event_name(unit, params["event_name"], status="active") is not None:
        raise invalid(
            f"A meter with the event name `{params['event_name']}` already exists.",
            param="event_name",
            code="resource_already_exists",
        )
    meter = blank(
        METER,
        id=ids.new_id(METER),
        default_aggregation={"formula": params["default_aggregation"]["formula"]},
        display_name=params["display_name"],
        event_name=params["event_name"],
        event_time_window=params.get("event_time_window"),
        updated=unit.now,
    )
    for key in ("customer_mapping", "value_settings"):
        meter[key] = {**meter[key], **(params.get(key) or {})}
    unit.add(meter)
    unit.emit("billing.meter.created", meter)
    return meter


def set_active(unit: Unit, meter: StripeObject, *, is_active: bool) -> StripeObject:
    """Switch a meter on or off, with its event. Raises ApiError when it is so already, or its name was taken."""
    status = "active" if is_active else "inactive"
    if meter["status"] == status:
        raise invalid(f"The meter `{meter['id']}` is already {status}.")
    if is_active and _by_event_name(unit, meter["event_name"], status="active") is not None:
        raise invalid(
            f"Another active meter has the event name `{meter['event_name']}`.", code="resource_already_exists"
        )
    meter.update(
        status=status,
        status_transitions={"deactivated_at": None if is_active else unit.now},
        updated=unit.now,
    )
    unit.emit("billing.meter.reactivated" if is_active else "billing.meter.deactivated", meter)
    return meter


def _by_event_name(unit: Unit, name: str, *, status: str | None = None) -> StripeObject | None:
    found = unit.select(METER, where="json_extract(data, '$.event_name') = ?", values=[name])
    return next((meter for meter in found if status in {None, meter["status"]}), None)


def _meter_for(unit: Unit, name: str) -> StripeObject:
    meter = _by_event_name(unit, name, status="active")
    if meter is not None:
        return meter
    if _by_event_name(unit, name) is not None:
        raise invalid(f"The meter for the event name {name} is inactive.", param="event_name", code="archived_meter")
    raise invalid(f"No active meter found for event name {name}.", param="event_name", code="no_meter")


def record(unit: Unit, usage: Usage) -> StripeObject:
    """Take one meter event. Raises ApiError 400 when it cannot be counted.

    A customer on a test clock uses at the time of the clock.
    """
    meter = _meter_for(unit, usage.event_name)
    customer_id = _customer_id(unit, meter, usage.payload)
    test_clocks.stand(unit, customer_id)
    moment = unit.now if usage.timestamp is None else usage.timestamp
    _check_moment(unit, moment)
    value = _value(meter, usage.payload)
    identifier = usage.identifier or ids.random_text(32)
    known = latest(unit, identifier)
    if known is not None and known["created"] > unit.now - UNIQUE_SECONDS:
        raise invalid(f"An event already exists with identifier {identifier}.", param="identifier")
    return unit.add(
        {
            "object": EVENT,
            "id": f"{identifier}{_MARK}{unit.now:012d}",
            "created": unit.now,
            "customer": customer_id,
            "identifier": identifier,
            "meter": meter["id"],
            "payload": usage.payload,
            "timestamp": moment,
            "value": str(value),
            "is_cancelled": False,
        }
    )


def cancel(unit: Unit, *, event_name: str, identifier: str) -> None:
    """Have an event count no more. Raises ApiError 400 for an unknown one or one older than a day.

    Cancelled twice, nothing changes.
    """
    meter = _by_event_name(unit, event_name)
    if meter is None:
        raise invalid(f"No meter found for event name {event_name}.", param="event_name", code="no_meter")
    found = latest(unit, identifier)
    if found is None or found["meter"] != meter["id"]:
        raise ApiError(
            f"No event found with identifier {identifier}.", param="cancel[identifier]", code="resource_missing"
        )
    test_clocks.stand(unit, found["customer"])
    if found["created"] < unit.now - CANCELLABLE_SECONDS:
        raise invalid("Events can be cancelled within 24 hours of being received.", param="cancel[identifier]")
    found["is_cancelled"] = True


def latest(unit: Unit, identifier: str) -> StripeObject | None:
    """The newest event with this identifier."""
    found = unit.select(EVENT, where="id > ? AND id < ?", values=[f"{identifier}{_MARK}", f"{identifier}{_MARK}:"])
    return found[0] if found else None


def _customer_id(unit: Unit, meter: StripeObject, payload: dict[str, str]) -> str:
    key = meter["customer_mapping"]["event_payload_key"]
    if not payload.get(key):
        raise invalid(
            f"The payload has no customer under `{key}`.",
            param=f"payload[{key}]",
            code="meter_event_no_customer_defined",
        )
    customer = unit.find("customer", payload[key])
    if customer is None or customer.get("_is_deleted"):
        raise invalid(
            f"No such customer: '{payload[key]}'", param=f"payload[{key}]", code="meter_event_customer_not_found"
        )
    return str(customer["id"])


def _check_moment(unit: Unit, moment: int) -> None:
    if moment < unit.now - EARLIEST_SECONDS:
        raise invalid(
            "The timestamp must be within the past 35 days.", param="timestamp", code="timestamp_too_far_in_past"
        )
    if moment > unit.now + LATEST_SECONDS:
        raise invalid(
            "The timestamp must be at most 5 minutes in the future.", param="timestamp", code="timestamp_in_future"
        )


def _value(meter: StripeObject, payload: dict[str, str]) -> Decimal:
    """What the event counts; one that is only counted needs no value (assumed)."""
    key = meter["value_settings"]["event_payload_key"]
    if meter["default_aggregation"]["formula"] == "count" and key not in payload:
        return Decimal(1)
    try:
        value = Decimal(payload.get(key, ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise invalid(
            f"The payload's `{key}` must be a number.", param=f"payload[{key}]", code="meter_event_invalid_value"
        )
    exponent = int(value.as_tuple().exponent)
    if len(value.as_tuple().digits) + max(exponent, 0) > MOST_DIGITS or -exponent > price_numbers.MOST_PLACES:
        raise invalid(
            f"The payload's `{key}` has too many digits.",
            param=f"payload[{key}]",
            code="meter_event_value_too_many_digits",
        )
    return value
