"""Decides what a preview shows: the change is made in full, its draft is read, and everything is undone."""

from typing import Any

from stripe_sandbox.engine import changes, invoice_items, renewal, subscriptions
from stripe_sandbox.engine import subscription_invoices as billing
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter
from stripe_sandbox.resources.invoice_items import entry_from
from stripe_sandbox.resources.subscription_updates import change_end, change_trial, read_change
from stripe_sandbox.resources.subscriptions import read_order
from stripe_sandbox.resources.updates import refuse
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown
from stripe_sandbox.wire.routing import route

NOT_BUILT = ("discounts", "schedule", "schedule_details", "customer_details", "transfer_data", "on_behalf_of")
DETAILS_NOT_BUILT = (
    "billing_mode",
    "billing_schedules",
    "cancel_now",
    "default_tax_rates",
    "resume_at",
    "start_date",
)


@route("POST", "/v1/invoices/create_preview", schema="invoice_create_preview")
def create_preview(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """What a change or a new subscription bills at once, else what the next renewal bills after it."""
    details = params.get("subscription_details") or {}
    refuse(params, *NOT_BUILT)
    refuse(details, *DETAILS_NOT_BUILT)
    with unit.imagined():
        return shown(_imagine(unit, params, details))


def _imagine(unit: Unit, params: dict[str, Any], details: dict[str, Any]) -> StripeObject:
    subscription = None
    if params.get("subscription"):
        subscription = unit.get("subscription", params["subscription"], param="subscription", status=400)
    customer_id = (subscription or {}).get("customer") or params.get("customer")
    if not customer_id:
        raise missing_parameter("customer")
    customer = unit.get("customer", customer_id, param="customer", status=400)
    subscription_id = subscription["id"] if subscription else None
    for given in params.get("invoice_items") or []:
        refuse(given, "invoiceitem")
        invoice_items.create(unit, entry_from(unit, given, customer=customer, subscription_id=subscription_id))
    if subscription is None and details.get("items"):
        return _first(unit, params, details, customer)
    subscription = subscription or _next_to_bill(unit, customer)
    is_recurring_only = params.get("preview_mode") == "recurring"
    draft = _change(unit, subscription, details)
    if draft is not None and not is_recurring_only:
        return billing.as_preview(draft)
    if subscription["status"] in subscriptions.ENDED or _is_ending(subscription):
        raise _nothing_upcoming(customer)
    return renewal.preview(unit, subscription, is_recurring_only=is_recurring_only)


def _first(unit: Unit, params: dict[str, Any], details: dict[str, Any], customer: StripeObject) -> StripeObject:
    """The first invoice of a subscription that does not exist yet."""
    given: dict[str, Any] = {key: details[key] for key in ("items", "trial_end") if key in details}
    order = read_order(unit, {**given, "currency": params.get("currency")}, customer=customer)
    subscription, draft = subscriptions.begin(unit, order)
    if draft is None:
        period = (unit.now, unit.now)
        draft = billing.draft(unit, subscription, lines=[], reason="subscription_create", period=period)
    return billing.as_preview(draft)


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
    change_end(unit, subscription, details)
    is_trial_over = change_trial(unit, subscription, details)
    change = read_change(unit, subscription, details, is_trial_over=is_trial_over)
    draft = changes.prepare(unit, subscription, change)
    if is_trial_over and renewal.leave_trial(unit, subscription):
        return renewal.bill_period(unit, subscription, is_immediate=True)
    return draft


def _nothing_upcoming(customer: StripeObject) -> ApiError:
    """The status 404 is assumed."""
    return ApiError(
        f"No upcoming invoices for customer: {customer['id']}",
        status=404,
        code="invoice_upcoming_none",
        is_executed=True,
    )
