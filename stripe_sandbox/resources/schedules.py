"""Routes of subscription schedules: phases that follow one another on one subscription."""

from typing import Any

from stripe_sandbox.engine import endings, metered, periods, schedule_states, schedules
from stripe_sandbox.errors import invalid, invalid_parameter, missing_parameter
from stripe_sandbox.resources.item_params import check_quantity, recurring_price
from stripe_sandbox.resources.updates import merge_metadata, refuse, take_into
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

PHASE_NOT_BUILT = (
    "add_invoice_items",
    "application_fee_percent",
    "automatic_tax",
    "billing_thresholds",
    "default_tax_rates",
    "invoice_settings",
    "on_behalf_of",
    "transfer_data",
    "trial",
    "trial_end",
)
PATH = "/v1/subscription_schedules"


@route("POST", PATH, schema="subscription_schedule_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A schedule for a running subscription, or one that makes its own."""
    values = {"metadata": merge_metadata({}, params.get("metadata") or {})}
    if params.get("from_subscription"):
        beyond = sorted({"phases", "customer", "start_date", "end_behavior", "default_settings"} & set(params))
        if beyond:
            raise invalid_parameter(f"You cannot set `{beyond[0]}` if `from_subscription` is set.", param=beyond[0])
        name = params["from_subscription"]
        subscription = unit.get("subscription", name, param="from_subscription", status=400)
        return schedules.from_subscription(unit, subscription, **values)
    for key in ("customer", "phases"):
        if not params.get(key):
            raise missing_parameter(key)
    customer = unit.get("customer", params["customer"], param="customer", status=400)
    start = params.get("start_date")
    if isinstance(start, int) and start < unit.now:
        raise invalid_parameter("The sandbox does not backdate schedules: start now or later.", param="start_date")
    begins_at = start if isinstance(start, int) else unit.now
    phases = _phases(unit, params["phases"], begins_at=begins_at, default_currency=customer["currency"])
    schedule_values = {**values, "end_behavior": params.get("end_behavior") or "release"}
    return schedules.create(unit, customer_id=customer["id"], phases=phases, **schedule_values)


def _phases(
    unit: Unit, given: list[dict[str, Any]], *, begins_at: int, default_currency: str | None
) -> list[dict[str, Any]]:
    """The phases as they are stored: each begins where the one before ends."""
    phases: list[dict[str, Any]] = []
    for index, entry in enumerate(given):
        prefix = f"phases[{index}]"
        refuse(entry, *PHASE_NOT_BUILT)
        wanted = entry.get("start_date")
        if isinstance(wanted, int) and wanted != begins_at:
            raise invalid_parameter(
                "Each phase must begin where the one before it ends.", param=f"{prefix}[start_date]"
            )
        phase = _phase(unit, entry, prefix=prefix, begins_at=begins_at, default_currency=default_currency)
        phases.append(phase)
        begins_at = phase["end_date"]
    return phases


def _phase(
    unit: Unit, entry: dict[str, Any], *, prefix: str, begins_at: int, default_currency: str | None
) -> dict[str, Any]:
    if not entry.get("items"):
        raise missing_parameter(f"{prefix}[items]")
    items = []
    first: StripeObject | None = None
    for place, item in enumerate(entry["items"]):
        refuse(item, "price_data", "billing_thresholds", "discounts", "tax_rates", "trial")
        param = f"{prefix}[items][{place}][price]"
        name = item.get("price") or item.get("plan")
        if not name:
            raise missing_parameter(param)
        price = recurring_price(unit, name, param=param)
        first = first or price
        quantity = item.get("quantity")
        metadata = merge_metadata({}, item.get("metadata") or {})
        check_quantity(price, quantity, prefix=f"{prefix}[items][{place}]")
        items.append(schedule_states.phase_item(price["id"], metered.counted(price, quantity), metadata))
    if first is None:
        raise missing_parameter(f"{prefix}[items]")
    keys = ("billing_cycle_anchor", "collection_method", "default_payment_method", "description")
    empty = {"coupon": None, "discount": None, "promotion_code": None}
    return blank(
        "subscription_schedule_phase",
        **{key: entry[key] for key in keys if entry.get(key)},
        currency=entry.get("currency") or default_currency or first["currency"],
        discounts=[{**empty, **each} for each in entry.get("discounts") or []],
        items=items,
        metadata=merge_metadata({}, entry.get("metadata") or {}),
        proration_behavior=entry.get("proration_behavior") or "create_prorations",
        start_date=begins_at,
        end_date=_end(entry, first, prefix=prefix, begins_at=begins_at),
    )


def _end(entry: dict[str, Any], price: StripeObject, *, prefix: str, begins_at: int) -> int:
    """The phase's end; without one it lasts one interval of its first price (assumed)."""
    given = entry.get("end_date")
    duration = entry.get("duration")
    if given is not None and duration is not None:
        raise invalid_parameter("You may only specify one of these: duration, end_date.", param=f"{prefix}[end_date]")
    if isinstance(given, int):
        if given <= begins_at:
            raise invalid_parameter("A phase must end after it begins.", param=f"{prefix}[end_date]")
        return given
    rhythm = duration or price["recurring"]
    count = rhythm.get("interval_count") or 1
    return periods.boundary(begins_at, interval=rhythm["interval"], interval_count=count, steps=1)


@route("GET", PATH + "/{schedule}", schema="subscription_schedule_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], schedule: str) -> StripeObject:
    """One schedule."""
    return unit.get(schedules.KIND, schedule)


@route("POST", PATH + "/{schedule}", schema="subscription_schedule_update")
def update(unit: Unit, params: dict[str, Any], schedule: str) -> StripeObject:
    """Change the phases from the current one on, or what follows the last."""
    found = _open(unit, schedule)
    refuse(params.get("default_settings") or {}, "application_fee_percent", "billing_thresholds", "transfer_data")
    take_into(found["default_settings"], params.get("default_settings"))
    if params.get("end_behavior"):
        found["end_behavior"] = params["end_behavior"]
    if "metadata" in params:
        found["metadata"] = merge_metadata(found["metadata"], params["metadata"])
    if params.get("phases"):
        begins_at = _first_start(found, params["phases"][0])
        phases = _phases(unit, params["phases"], begins_at=begins_at, default_currency=found["phases"][0]["currency"])
        schedules.update(unit, found, phases, proration_behavior=params.get("proration_behavior"))
    unit.emit("subscription_schedule.updated", found)
    return found


def _first_start(schedule: StripeObject, entry: dict[str, Any]) -> int:
    """Where the phases of an update begin: with a phase that is there, by default the current one."""
    known = [phase["start_date"] for phase in schedule["phases"]]
    default = (schedule["current_phase"] or {}).get("start_date") or known[0]
    wanted = entry.get("start_date")
    if schedule["status"] == "not_started" and isinstance(wanted, int):
        return wanted
    if isinstance(wanted, int) and wanted not in known:
        raise invalid_parameter(
            "You cannot change the start of a phase that has begun.", param="phases[0][start_date]"
        )
    return int(wanted) if isinstance(wanted, int) else int(default)


def _open(unit: Unit, schedule_id: str) -> StripeObject:
    found = unit.get(schedules.KIND, schedule_id)
    if found["status"] not in schedule_states.OPEN:
        raise invalid(
            f"You cannot change a subscription schedule that is currently in the `{found['status']}` status."
        )
    return found


@route("POST", PATH + "/{schedule}/release", schema="subscription_schedule_release")
def release(unit: Unit, params: dict[str, Any], schedule: str) -> StripeObject:
    """Let the subscription run on without its schedule."""
    refuse(params, "preserve_cancel_date")
    found = _open(unit, schedule)
    subscription = unit.get("subscription", found["subscription"]) if found["subscription"] else None
    schedule_states.release(unit, found, subscription)
    if subscription is not None:
        unit.emit("customer.subscription.updated", subscription)
    return found


@route("POST", PATH + "/{schedule}/cancel", schema="subscription_schedule_cancel")
def cancel(unit: Unit, params: dict[str, Any], schedule: str) -> StripeObject:
    """End the schedule and its subscription, by default with a credit and a last invoice."""
    found = _open(unit, schedule)
    schedule_states.cancel(unit, found)
    if found["subscription"] is not None:
        subscription = unit.get("subscription", found["subscription"])
        if params.get("prorate", True):
            endings.credit_rest(unit, subscription)
        endings.cancel_now(unit, subscription)
        if params.get("invoice_now", True):
            endings.bill_rest(unit, subscription)
    return found


@route("GET", PATH, schema="subscription_schedule_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Schedules by customer and state."""
    refuse(params, "canceled_at", "completed_at", "released_at")
    where = Filter().created(params.get("created"))
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    if params.get("scheduled"):
        where.equals("status", "not_started")
    return page(unit, schedules.KIND, params, url=PATH, where=where)
