"""Decides what a preview shows: the change is made in full, its draft is read, and everything is undone."""

from collections.abc import Callable
from typing import Any

from stripe_sandbox.engine import (
    changes,
    customers,
    endings,
    foresight,
    invoice_items,
    items,
    renewal,
    resumption,
    schedule_states,
    subscriptions,
    trials,
)
from stripe_sandbox.engine import subscription_invoices as billing
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter
from stripe_sandbox.resources import schedules
from stripe_sandbox.resources.invoice_items import entry_from
from stripe_sandbox.resources.price_terms import change_invoice_terms, change_terms, take_item_terms
from stripe_sandbox.resources.subscription_updates import change_end, change_trial, read_change
from stripe_sandbox.resources.subscriptions import NOT_BUILT as SUBSCRIPTION_NOT_BUILT
from stripe_sandbox.resources.subscriptions import read_order
from stripe_sandbox.resources.trial_params import begins_trial, late_trial
from stripe_sandbox.resources.updates import refuse
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown
from stripe_sandbox.wire.routing import route

NOT_BUILT = ("customer_account", "customer_details", "issuer", "on_behalf_of")
DETAILS_NOT_BUILT = ("billing_mode", "billing_schedules")
# What a subscription that does not exist yet is made with.
OF_NEW = (
    "billing_cycle_anchor",
    "cancel_at",
    "cancel_at_period_end",
    "default_tax_rates",
    "items",
    "metadata",
    "proration_behavior",
    "trial_end",
)


@route("POST", "/v1/invoices/create_preview", schema="invoice_create_preview")
def create_preview(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """What a change or a new subscription bills at once, else what the next renewal bills after it."""
    details = params.get("subscription_details") or {}
    refuse(params, *NOT_BUILT)
    refuse(details, *DETAILS_NOT_BUILT)
    has_schedule = bool(params.get("schedule") or params.get("schedule_details"))
    for name in ("subscription", "subscription_details"):
        if has_schedule and params.get(name):
            raise invalid_parameter(f"You cannot set `{name}` together with a schedule.", param=name)
    with unit.imagined():
        draft = _of_schedule(unit, params) if has_schedule else _imagine(unit, params, details)
        if params.get("automatic_tax"):
            change_invoice_terms(unit, draft, {"automatic_tax": params["automatic_tax"]})
        return shown(billing.as_preview(draft))


def _of_schedule(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """The next invoice of a schedule as it is, as it would be changed, or that would be made."""
    refuse(params, "preview_mode")
    details = {key: value for key, value in (params.get("schedule_details") or {}).items() if value is not None}
    refuse(details, "billing_mode")
    name = params.get("schedule")
    schedule = unit.get("subscription_schedule", name, param="schedule", status=400) if name else None
    customer_id = (schedule or params).get("customer")
    if not customer_id:
        raise missing_parameter("customer")
    customer = unit.get("customer", customer_id, param="customer", status=400)
    known = foresight.known_invoices(unit, customer_id=customer["id"])
    if schedule is not None and details:
        schedule = schedules.update(unit, details, schedule["id"])
    elif schedule is None:
        start = ((details.get("phases") or [{}])[0]).get("start_date")
        begin = {"start_date": start} if start is not None else {}
        schedule = schedules.create(unit, {**details, **begin, "customer": customer["id"]})
    _wait_with_items(unit, params, customer, schedule["subscription"])
    draft = foresight.next_invoice(
        unit, customer_id=customer["id"], known=known, schedule=schedule, subscription_id=None
    )
    return _upcoming(unit, draft, customer, params)


def _upcoming(unit: Unit, draft: StripeObject | None, customer: StripeObject, params: dict[str, Any]) -> StripeObject:
    """A draft of a time to come, with the discounts that the preview asks for."""
    if draft is None:
        raise _nothing_upcoming(customer)
    if draft["billing_reason"] == "subscription_cycle":
        draft.update(billing_reason="upcoming", automatically_finalizes_at=None)
    if "discounts" in params:
        change_invoice_terms(unit, draft, {"discounts": params["discounts"]})
    return draft


def _wait_with_items(unit: Unit, params: dict[str, Any], customer: StripeObject, subscription_id: str | None) -> None:
    for given in params.get("invoice_items") or []:
        refuse(given, "invoiceitem")
        invoice_items.create(unit, entry_from(unit, given, customer=customer, subscription_id=subscription_id))


def _imagine(unit: Unit, params: dict[str, Any], details: dict[str, Any]) -> StripeObject:
    subscription = None
    if params.get("subscription"):
        subscription = unit.get("subscription", params["subscription"], param="subscription", status=400)
    customer_id = (subscription or {}).get("customer") or params.get("customer")
    if customer_id:
        customer = unit.get("customer", customer_id, param="customer", status=400)
    elif details.get("items"):
        return _of_nobody(unit, params, details)
    else:
        raise missing_parameter("customer")
    subscription_id = subscription["id"] if subscription else None
    _wait_with_items(unit, params, customer, subscription_id)
    if subscription is None and details.get("items"):
        return _first(unit, params, details, customer)
    subscription = subscription or _next_to_bill(unit, customer)
    if params.get("currency") not in {None, subscription["currency"]}:
        raise invalid_parameter("The currency must be that of the subscription.", param="currency")
    is_recurring_only = params.get("preview_mode") == "recurring"
    known = foresight.known_invoices(unit, customer_id=customer["id"])
    schedule = schedule_states.schedule_of(unit, subscription)
    # A phase that begins before the invoice would put its own discounts into the place of those that are asked for.
    is_planned = schedule is not None and not is_recurring_only and not details
    terms = {"discounts": params.get("discounts")} if "discounts" in params and not is_planned else {}
    draft = _change(unit, subscription, {**details, **terms})
    if draft is not None and not is_recurring_only:
        return draft
    if subscription["status"] in subscriptions.ENDED or _is_ending(subscription):
        raise _nothing_upcoming(customer)
    if schedule is None or is_recurring_only:
        return renewal.preview(unit, subscription, is_recurring_only=is_recurring_only)
    draft = foresight.next_invoice(
        unit, customer_id=customer["id"], known=known, schedule=schedule, subscription_id=subscription["id"]
    )
    return _upcoming(unit, draft, customer, params if is_planned else {})


def _of_nobody(unit: Unit, params: dict[str, Any], details: dict[str, Any]) -> StripeObject:
    """The first invoice for a customer who does not exist yet."""
    draft = _first(unit, params, details, customers.create(unit))
    draft["customer"] = None
    return draft


def _first(unit: Unit, params: dict[str, Any], details: dict[str, Any], customer: StripeObject) -> StripeObject:
    """The first invoice of a subscription that does not exist yet."""
    given: dict[str, Any] = {key: details[key] for key in OF_NEW if key in details}
    given |= {key: params[key] for key in ("currency", "discounts") if params.get(key) is not None}
    refuse(details, "cancel_now", "resume_at")
    refuse(given, *SUBSCRIPTION_NOT_BUILT)
    start = details.get("start_date")
    if start is not None and start < unit.now:
        given["backdate_start_date"] = start
    unit.now = max(start or unit.now, unit.now)
    order = read_order(unit, given, customer=customer)
    subscription, draft = subscriptions.begin(unit, order)
    if draft is None:
        period = (unit.now, unit.now)
        draft = billing.draft(unit, subscription, lines=[], reason="subscription_create", period=period)
    return draft


def _next_to_bill(unit: Unit, customer: StripeObject) -> StripeObject:
    """The running subscription of this customer that renews first."""
    found = unit.select("subscription", where="customer = ?", values=[customer["id"]])
    running = [one for one in found if one["status"] in {"active", "trialing", "past_due"} and not _is_ending(one)]
    if not running:
        raise _nothing_upcoming(customer)
    return min(running, key=lambda one: min(item["current_period_end"] for item in one["items"]["data"]))


def _is_ending(subscription: StripeObject) -> bool:
    """Whether no further period begins."""
    end = subscription["cancel_at"]
    return end is not None and bool(end <= subscriptions.period_end(subscription))


def _change(unit: Unit, subscription: StripeObject, details: dict[str, Any]) -> StripeObject | None:
    if not details:
        return None
    if subscription["status"] in subscriptions.ENDED:
        raise invalid_parameter("A canceled subscription cannot be changed.", param="subscription")
    refuse(details, "start_date")
    if details.get("resume_at"):
        return _resume(unit, subscription, details)
    change_terms(unit, subscription, details)
    if details.get("cancel_now"):
        return _cancel(unit, subscription, details)
    if details.get("items"):
        details["items"] = [
            take_item_terms(unit, subscription, entry, prefix=f"subscription_details[items][{index}]")
            for index, entry in enumerate(details["items"])
        ]
    change_end(unit, subscription, details)
    if begins_trial(subscription, details):
        return trials.prepare(unit, subscription, late_trial(unit, subscription, details))
    is_trial_over = change_trial(unit, subscription, details)
    change = read_change(unit, subscription, details, is_trial_over=is_trial_over)
    draft = changes.prepare(unit, subscription, change)
    if is_trial_over and renewal.leave_trial(unit, subscription):
        return renewal.bill_period(unit, subscription, is_immediate=True)
    return draft


def _resume(unit: Unit, subscription: StripeObject, details: dict[str, Any]) -> StripeObject | None:
    """What the end of a pause bills at once."""
    order = resumption.Resumption(
        keeps_anchor=details.get("billing_cycle_anchor") == "unchanged",
        proration_behavior=details.get("proration_behavior") or "create_prorations",
        proration_at=details.get("proration_date"),
    )
    return _made_by(unit, subscription, lambda: resumption.resume(unit, subscription, order))


def _cancel(unit: Unit, subscription: StripeObject, details: dict[str, Any]) -> StripeObject | None:
    """The last invoice of a subscription that ends now, with what is given back unless `none` is prorated."""
    if details.get("proration_behavior") != "none":
        at = details.get("proration_date") or unit.now
        for entry in items.prorate(unit, subscription, [], at=at):
            if entry.is_proration and entry.period[0] < entry.period[1]:
                invoice_items.create(unit, entry)
    subscriptions.cancel_now(unit, subscription)
    return _made_by(unit, subscription, lambda: endings.bill_rest(unit, subscription))


def _made_by(unit: Unit, subscription: StripeObject, act: Callable[[], None]) -> StripeObject | None:
    before = subscription["latest_invoice"]
    act()
    made = subscription["latest_invoice"]
    return unit.get("invoice", made) if made not in {None, before} else None


def _nothing_upcoming(customer: StripeObject) -> ApiError:
    """The status 404 is assumed."""
    return ApiError(
        f"No upcoming invoices for customer: {customer['id']}",
        status=404,
        code="invoice_upcoming_none",
        is_executed=True,
    )
