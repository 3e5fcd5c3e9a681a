"""Decides when an unpaid invoice is tried again by itself, when a try makes no charge, and what follows the last one.

Assumed: that an invoice whose payment waits for its customer keeps its schedule and is not charged meanwhile, as
after a hard decline, and that a first invoice has no schedule.
"""

from stripe_sandbox.engine import automatic_collection, invoices, payment_methods, pending_updates, schedule_states
from stripe_sandbox.engine.declines import HARD_DECLINES
from stripe_sandbox.engine.subscription_timers import ENDED, plan_timers
from stripe_sandbox.store.unit import StripeObject, Unit

DAY_SECONDS = 86400


def waits(unit: Unit) -> list[int]:
    """The days between the account's own tries; none by default: Stripe's stand-in leaves the rest to its user."""
    kind, _, days = str(unit.settings["retries"]).partition(":")
    return [int(day) for day in days.split(",")] if kind == "fixed" else []


def is_begun_by(invoice: StripeObject, *, is_first: bool) -> bool:
    """Whether a try that was asked for begins the schedule: documented, any first try counts as the first."""
    is_renewal = invoice["billing_reason"] != "subscription_create"
    return is_first and is_renewal and bool(invoice["auto_advance"]) and invoice["status"] == "open"


def plan_next(unit: Unit, invoice: StripeObject) -> None:
    """Say when the next try comes; after the last one the subscription ends as the account's switch says."""
    planned = waits(unit)
    tried = invoice.get("_retries", 0)
    if tried < len(planned):
        invoice["_retries"] = tried + 1
        invoice["next_payment_attempt"] = unit.now + planned[tried] * DAY_SECONDS
        unit.schedule("invoice_retry", invoice["id"], due_at=invoice["next_payment_attempt"])
        return
    invoice["next_payment_attempt"] = None
    subscription = invoices.subscription_of(unit, invoice)
    if not planned or subscription is None or subscription["status"] in ENDED:
        return
    if unit.settings["after_retries"] == "unpaid":
        subscription["status"] = "unpaid"
        unit.emit("customer.subscription.updated", subscription)
    elif unit.settings["after_retries"] == "cancel":
        end_unpaid(unit, subscription)


def resume(unit: Unit, invoice: StripeObject) -> None:
    """Take the schedule of an open invoice up again; one that was never tried is tried in an hour."""
    if invoice["status"] != "open" or invoice["collection_method"] != "charge_automatically":
        return
    if not invoice["attempted"]:
        invoice["next_payment_attempt"] = unit.now + invoices.DRAFT_SECONDS
        unit.schedule("invoice_retry", invoice["id"], due_at=invoice["next_payment_attempt"])
    elif invoice.get("_retries", 0) < len(waits(unit)):
        plan_next(unit, invoice)


def end_unpaid(unit: Unit, subscription: StripeObject) -> None:
    """The last retry failed and the account's switch says cancel."""
    subscription.update(status="canceled", canceled_at=unit.now, ended_at=unit.now)
    subscription["cancellation_details"]["reason"] = "payment_failed"
    plan_timers(unit, subscription)
    automatic_collection.stop_for_customer(unit, subscription["customer"])
    unit.emit("customer.subscription.deleted", subscription)
    pending_updates.drop(unit, subscription)
    schedule_states.cancel_with(unit, subscription, is_aborted=True)


def is_hopeless(unit: Unit, invoice: StripeObject) -> bool:
    """The last try ended in a hard decline or waits for its customer, and the same card would be charged again."""
    intent = unit.get("payment_intent", invoice["_intent"])
    customer = unit.get("customer", invoice["customer"])
    subscription = invoices.subscription_of(unit, invoice)
    method = payment_methods.default_for(unit, customer=customer, subscription=subscription)
    if method is None:
        return False
    if intent["status"] == "requires_action":
        return bool(method["id"] == intent["payment_method"])
    error = intent["last_payment_error"]
    return error is not None and _is_hard(unit, error) and _is_same_card(method, error["payment_method"])


def _is_hard(unit: Unit, error: StripeObject) -> bool:
    charge = unit.find("charge", error.get("charge") or "")
    reason = charge["outcome"]["reason"] if charge is not None and charge["outcome"] else None
    return bool({error.get("decline_code"), reason} & HARD_DECLINES)


def _is_same_card(method: StripeObject, tried: StripeObject) -> bool:
    """Its bank may have put another card under the same id."""
    kind = method["type"]
    marks = [each.get(kind, {}).get("fingerprint") for each in (method, tried)]
    return bool(method["id"] == tried["id"] and marks[0] == marks[1])
