"""Routes of meters, of the usage that is reported to them and of its summaries."""

from typing import Any

from stripe_sandbox.engine import meters, test_clocks, usage
from stripe_sandbox.errors import invalid_parameter, missing_parameter
from stripe_sandbox.resources.updates import take
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

PATH = "/v1/billing/meters"
_WINDOW_SECONDS = {None: 60, "hour": 3600, "day": 86400}


@route("POST", PATH, schema="billing/meter_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A meter for the events of one name."""
    return meters.create(unit, params)


@route("GET", PATH + "/{meter}", schema="billing/meter_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], meter: str) -> StripeObject:
    """One meter."""
    return unit.get(meters.METER, meter)


@route("POST", PATH + "/{meter}", schema="billing/meter_update")
def update(unit: Unit, params: dict[str, Any], meter: str) -> StripeObject:
    """Change the name that people see."""
    found = unit.get(meters.METER, meter)
    take(found, params, "display_name")
    found["updated"] = unit.now
    unit.emit("billing.meter.updated", found)
    return found


@route("POST", PATH + "/{meter}/deactivate", schema="billing/meter_deactivate")
def deactivate(unit: Unit, params: dict[str, Any], meter: str) -> StripeObject:
    """Accept no more events; prices that use the meter go on billing what was reported."""
    return meters.set_active(unit, unit.get(meters.METER, meter), is_active=False)


@route("POST", PATH + "/{meter}/reactivate", schema="billing/meter_reactivate")
def reactivate(unit: Unit, params: dict[str, Any], meter: str) -> StripeObject:
    """Accept events again."""
    return meters.set_active(unit, unit.get(meters.METER, meter), is_active=True)


@route("GET", PATH, schema="billing/meter_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Meters, by status if asked."""
    where = Filter().equals("status", params.get("status"))
    return page(unit, meters.METER, params, url=PATH, where=where)


@route("POST", "/v1/billing/meter_events", schema="billing/meter_event_create")
def report(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Usage of one customer at one moment."""
    taken = meters.record(
        unit,
        meters.Usage(
            event_name=params["event_name"],
            payload=params["payload"] or {},
            identifier=params.get("identifier") or None,
            timestamp=params.get("timestamp"),
        ),
    )
    return blank(
        meters.EVENT,
        event_name=params["event_name"],
        **{key: taken[key] for key in ("created", "identifier", "payload", "timestamp")},
    )


@route("POST", "/v1/billing/meter_event_adjustments", schema="billing/meter_event_adjustment_create")
def adjust(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Take one event back. Stripe does it later and says `pending` until then; here it is done at once (assumed)."""
    identifier = (params.get("cancel") or {}).get("identifier")
    if not identifier:
        raise missing_parameter("cancel[identifier]")
    meters.cancel(unit, event_name=params["event_name"], identifier=identifier)
    return blank("billing.meter_event_adjustment", event_name=params["event_name"], cancel={"identifier": identifier})


@route("GET", PATH + "/{meter}/event_summaries", schema="billing/meter_list_event_summaries")
def summaries(unit: Unit, params: dict[str, Any], meter: str) -> StripeObject:
    """What a customer used: one figure, or one for each hour or day in which anything was used (assumed)."""
    found = unit.get(meters.METER, meter)
    customer = unit.get("customer", params["customer"], param="customer", status=400)
    test_clocks.stand(unit, customer["id"])
    window = params.get("value_grouping_window")
    start, end = _span(params, step=_WINDOW_SECONDS[window])
    step = end - start if window is None else _WINDOW_SECONDS[window]
    figures = [
        _summary(unit, found, customer_id=customer["id"], start=moment, end=min(moment + step, end))
        for moment in reversed(range(start, end, step))
    ]
    used = [figure for figure in figures if figure["aggregated_value"] or window is None]
    return _page(used, params, url=f"{PATH}/{meter}/event_summaries")


def _span(params: dict[str, Any], *, step: int) -> tuple[int, int]:
    for key in ("start_time", "end_time"):
        if params[key] % step:
            raise invalid_parameter(
                f"The timestamp must be aligned with boundaries of {step // 60} minutes.", param=key
            )
    if params["end_time"] <= params["start_time"]:
        raise invalid_parameter("`end_time` must be after `start_time`.", param="end_time")
    return params["start_time"], params["end_time"]


def _summary(unit: Unit, meter: StripeObject, *, customer_id: str, start: int, end: int) -> dict[str, Any]:
    value = usage.total(unit, meter, customer_id=customer_id, start=start, end=end)
    return blank(
        "billing.meter_event_summary",
        id=f"mtrusg_test_{meter['id'].removeprefix('mtr_test_')}_{start}_{end}",
        aggregated_value=int(value) if value == value.to_integral_value() else float(value),
        end_time=end,
        meter=meter["id"],
        start_time=start,
    )


def _page(found: list[dict[str, Any]], params: dict[str, Any], *, url: str) -> StripeObject:
    """Part of the figures, which are nowhere stored. Raises ApiError for a cursor that is none of them."""
    names = [figure["id"] for figure in found]
    limit = params.get("limit") or 10
    if not 1 <= limit <= 100:
        raise invalid_parameter("This value must be between 1 and 100.", param="limit")
    begin, stop = 0, len(found)
    for key in ("starting_after", "ending_before"):
        if params.get(key) and params[key] not in names:
            raise invalid_parameter(f"No such summary: '{params[key]}'", param=key, code="resource_missing")
    if params.get("starting_after"):
        begin = names.index(params["starting_after"]) + 1
    if params.get("ending_before"):
        stop = names.index(params["ending_before"])
        begin = max(begin, stop - limit)
        return {"object": "list", "data": found[begin:stop], "has_more": begin > 0, "url": url}
    return {"object": "list", "data": found[begin : begin + limit], "has_more": stop > begin + limit, "url": url}
