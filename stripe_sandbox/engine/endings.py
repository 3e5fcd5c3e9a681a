"""Decides how a subscription ends: as planned, at once, with or without a last invoice."""

from typing import Any

from stripe_sandbox.engine import (
    automatic_collection,
    invoice_items,
    items,
    metered,
    pending_updates,
    schedule_states,
    update_payments,
)
from stripe_sandbox.engine import subscription_invoices as billing
from stripe_sandbox.engine.subscription_timers import period_end, plan_timers
from stripe_sandbox.store.unit import StripeObject, Unit


def cancel_at_period_end(unit: Unit, subscription: StripeObject, *, details: dict[str, Any] | None = None) -> None:
    """Let it run out; repeated, nothing changes. The caller emits the event."""
    if not subscription["cancel_at_period_end"]:
        subscription.update(cancel_at_period_end=True, cancel_at=period_end(subscription), canceled_at=unit.now)
        subscription.pop("_ends_prorated", None)
        subscription["cancellation_details"]["reason"] = "cancellation_requested"
    subscription["cancellation_details"].update(details or {})


def undo_cancellation(subscription: StripeObject) -> None:
    """Take a planned end back. The caller emits the event and plans the timers."""
    subscription.update(cancel_at_period_end=False, cancel_at=None, canceled_at=None)
    subscription.pop("_ends_prorated", None)
    subscription["cancellation_details"] = {"comment": None, "feedback": None, "reason": None}


def cancel_now(
    unit: Unit,
    subscription: StripeObject,
    *,
    reason: str = "cancellation_requested",
    details: dict[str, Any] | None = None,
) -> StripeObject:
    """End it at this moment, unless it has ended; no refund and no last invoice."""
    subscription.update(
        status="canceled",
        cancel_at=None,
        cancel_at_period_end=False,
        canceled_at=subscription["canceled_at"] or unit.now,
        ended_at=unit.now,
    )
    subscription["cancellation_details"].update({"reason": reason, **(details or {})})
    for kind in ("incomplete_expiry", "collection_resumption"):
        unit.unschedule(kind, subscription["id"])
    pending_updates.drop(unit, subscription)
    plan_timers(unit, subscription)
    _stop_drafts(unit, subscription)
    automatic_collection.stop_for_customer(unit, subscription["customer"])
    unit.emit("customer.subscription.deleted", subscription)
    schedule_states.cancel_with(unit, subscription)
    return subscription


def _stop_drafts(unit: Unit, subscription: StripeObject) -> None:
    """Drafts of an ended subscription are no longer made final by themselves (assumed)."""
    where = (
        "json_extract(data, '$.parent.subscription_details.subscription') = ?"
        " AND json_extract(data, '$.status') = 'draft'"
    )
    for invoice in unit.select("invoice", where=where, values=(subscription["id"],)):
        automatic_collection.stop(unit, invoice)
        unit.emit("invoice.updated", invoice)


def cancel_at(unit: Unit, subscription: StripeObject, moment: int, *, is_prorated: bool) -> None:
    """Plan an end at a moment of its own. `is_prorated`: what is paid beyond it is credited then (assumed)."""
    subscription.update(
        cancel_at=moment, cancel_at_period_end=False, canceled_at=unit.now, _ends_prorated=is_prorated
    )
    subscription["cancellation_details"]["reason"] = "cancellation_requested"


def end_as_planned(unit: Unit, subscription: StripeObject) -> None:
    """Timer: the planned end is here."""
    if subscription.get("_ends_prorated"):
        credit_rest(unit, subscription)
    pending_updates.drop(unit, subscription)
    unit.unschedule("collection_resumption", subscription["id"])
    subscription.update(status="canceled", ended_at=unit.now)
    plan_timers(unit, subscription)
    automatic_collection.stop_for_customer(unit, subscription["customer"])
    unit.emit("customer.subscription.deleted", subscription)
    schedule_states.cancel_with(unit, subscription)


def credit_rest(unit: Unit, subscription: StripeObject) -> None:
    """Pending credits for what is left of the periods that have begun."""
    for entry in items.prorate(unit, subscription, [], at=unit.now):
        if entry.is_proration and entry.period[0] < entry.period[1]:
            invoice_items.create(unit, entry)


def bill_rest(unit: Unit, subscription: StripeObject) -> None:
    """The last invoice, with usage and all that waits for one; none for nothing. Its billing reason is assumed."""
    lines = metered.last_lines(unit, subscription)
    if not lines and not billing.waiting_items(unit, subscription):
        return
    start = subscription["items"]["data"][0]["current_period_start"]
    invoice = billing.draft(unit, subscription, lines=lines, reason="subscription_update", period=(start, unit.now))
    subscription["latest_invoice"] = invoice["id"]
    unit.emit("invoice.created", invoice)
    update_payments.pay_now(unit, invoice)
    unit.emit("customer.subscription.updated", subscription)
