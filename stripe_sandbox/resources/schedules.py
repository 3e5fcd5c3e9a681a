"""Routes of subscription schedules: phases that follow one another on one subscription."""

from typing import Any

from stripe_sandbox.engine import endings, schedule_states, schedule_terms, schedules
from stripe_sandbox.errors import invalid, invalid_parameter, missing_parameter, not_built
from stripe_sandbox.resources import schedule_phases
from stripe_sandbox.resources.updates import merge_metadata, refuse
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

ENDS = ("release", "cancel")
NOT_WITH_SUBSCRIPTION = (
    "billing_mode",
    "customer",
    "default_settings",
    "end_behavior",
    "metadata",
    "phases",
    "start_date",
)
PATH = "/v1/subscription_schedules"


@route("POST", PATH, schema="subscription_schedule_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A schedule for a running subscription, or one that makes its own."""
    _check(params)
    if params.get("from_subscription"):
        for name in NOT_WITH_SUBSCRIPTION:
            if params.get(name) is not None:
                raise invalid_parameter(f"You cannot set `{name}` if `from_subscription` is set.", param=name)
        name = params["from_subscription"]
        subscription = unit.get("subscription", name, param="from_subscription", status=400)
        return schedules.from_subscription(unit, subscription)
    for key in ("customer", "phases"):
        if not params.get(key):
            raise missing_parameter(key)
    customer = unit.get("customer", params["customer"], param="customer", status=400)
    start = params.get("start_date")
    if isinstance(start, int) and start < unit.now:
        raise invalid_parameter("The sandbox does not backdate schedules: start now or later.", param="start_date")
    begins_at = start if isinstance(start, int) else unit.now
    phases = schedule_phases.read(unit, params["phases"], begins_at=begins_at, default_currency=customer["currency"])
    _check_trials(phases[1:], known=(), first=1)
    values = {
        "metadata": merge_metadata({}, params.get("metadata") or {}),
        "end_behavior": params.get("end_behavior") or "release",
    }
    defaults = _default_settings(params)
    return schedules.create(unit, customer_id=customer["id"], phases=phases, default_settings=defaults, **values)


def _check(params: dict[str, Any]) -> None:
    refuse(params, "customer_account")
    if (params.get("billing_mode") or {}).get("type", "flexible") != "flexible":
        raise not_built("billing_mode[type]")
    if params.get("end_behavior") not in (None, *ENDS):
        raise not_built(f"end_behavior={params['end_behavior']}")


def _default_settings(params: dict[str, Any]) -> dict[str, Any]:
    given = dict(params.get("default_settings") or {})
    refuse(given, "application_fee_percent", "billing_thresholds", "on_behalf_of", "transfer_data")
    if given.get("automatic_tax"):
        given["automatic_tax"] = schedule_terms.automatic_tax(given["automatic_tax"])
    settings = schedule_phases.invoice_settings(given.pop("invoice_settings", None), prefix="default_settings")
    if settings is not None:
        given["invoice_settings"] = {"days_until_due": settings["days_until_due"]}
    return given


def _check_trials(phases: list[dict[str, Any]], *, known: tuple[int | None, ...], first: int) -> None:
    """Only the phase that makes the subscription can bring a trial; what is there already may be repeated."""
    for index, phase in enumerate(phases, start=first):
        if phase["trial_end"] is not None and phase["trial_end"] not in known:
            raise not_built(f"phases[{index}][trial_end]")


@route("GET", PATH + "/{schedule}", schema="subscription_schedule_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], schedule: str) -> StripeObject:
    """One schedule."""
    return unit.get(schedules.KIND, schedule)


@route("POST", PATH + "/{schedule}", schema="subscription_schedule_update")
def update(unit: Unit, params: dict[str, Any], schedule: str) -> StripeObject:
    """Change the phases from the current one on, or what follows the last."""
    _check(params)
    found = _open(unit, schedule, verb="update")
    schedule_terms.set_defaults(found, _default_settings(params))
    if params.get("end_behavior"):
        found["end_behavior"] = params["end_behavior"]
    if "metadata" in params:
        found["metadata"] = merge_metadata(found["metadata"], params["metadata"])
    if params.get("phases"):
        begins_at = _first_start(unit, found, params["phases"])
        currency = found["phases"][0]["currency"]
        phases = schedule_phases.read(unit, params["phases"], begins_at=begins_at, default_currency=currency)
        if found["subscription"] is None:
            _check_trials(phases[1:], known=(), first=1)
        else:
            subscription = unit.get("subscription", found["subscription"])
            _check_trials(phases, known=(subscription["trial_end"],), first=0)
        schedules.update(unit, found, phases, proration_behavior=params.get("proration_behavior"))
    unit.emit("subscription_schedule.updated", found)
    return found


def _first_start(unit: Unit, schedule: StripeObject, entries: list[dict[str, Any]]) -> int:
    """Where the phases of an update begin: a phase that has begun keeps its start."""
    wanted = entries[0].get("start_date")
    if wanted is None:
        raise invalid_parameter(
            "The subscription schedule update is missing at least one phase with a `start_date` to anchor end "
            "dates to.",
            param="phases",
        )
    if schedule["status"] == "not_started":
        return max(wanted, unit.now) if isinstance(wanted, int) else unit.now
    if wanted not in [phase["start_date"] for phase in schedule["phases"]]:
        raise invalid_parameter(
            "You can not modify the start date of the current phase.", param="phases[0][start_date]"
        )
    return int(wanted)


def _open(unit: Unit, schedule_id: str, *, verb: str) -> StripeObject:
    found = unit.get(schedules.KIND, schedule_id)
    if found["status"] not in schedule_states.OPEN:
        done = {"cancel": "canceled"}.get(verb, f"{verb}d")
        raise invalid(
            f"You cannot {verb} a subscription schedule that is currently in the `{found['status']}` status. It must "
            f"be in `not_started, active` status to be {done}."
        )
    return found


@route("POST", PATH + "/{schedule}/release", schema="subscription_schedule_release")
def release(unit: Unit, params: dict[str, Any], schedule: str) -> StripeObject:
    """Let the subscription run on without its schedule."""
    refuse(params, "preserve_cancel_date")
    found = _open(unit, schedule, verb="release")
    subscription = unit.get("subscription", found["subscription"]) if found["subscription"] else None
    schedule_states.release(unit, found, subscription)
    if subscription is not None:
        unit.emit("customer.subscription.updated", subscription)
    return found


@route("POST", PATH + "/{schedule}/cancel", schema="subscription_schedule_cancel")
def cancel(unit: Unit, params: dict[str, Any], schedule: str) -> StripeObject:
    """End the schedule and its subscription, by default with a credit and a last invoice."""
    found = _open(unit, schedule, verb="cancel")
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
    where = Filter().created(params.get("created"))
    for key in ("canceled_at", "completed_at", "released_at"):
        where.moment(key, params.get(key))
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    if params.get("scheduled"):
        where.equals("status", "not_started")
    return page(unit, schedules.KIND, params, url=PATH, where=where)
