"""Decides how a running subscription's items and billing anchor change, and what is billed for it at once."""

from dataclasses import dataclass, field
from typing import Any

from stripe_sandbox.engine import invoice_items, items, metered, pending_updates, periods, renewal, update_payments
from stripe_sandbox.engine import subscription_invoices as billing
from stripe_sandbox.engine.subscription_timers import period_end, plan_timers
from stripe_sandbox.errors import invalid_parameter
from stripe_sandbox.store.unit import StripeObject, Unit

DEFERRED = "pending_if_incomplete"


@dataclass(frozen=True)
class Change:
    """What is asked of a running subscription. `is_trial_over`: its trial ends with this change.

    `metadata` are those that wait with a change that waits for its payment.
    """

    item_changes: list[items.ItemChange] = field(default_factory=list)
    proration_behavior: str = "create_prorations"
    proration_at: int | None = None
    payment_behavior: str = "allow_incomplete"
    is_anchor_reset: bool = False
    is_trial_over: bool = False
    metadata: dict[str, str] | None = None


def apply(unit: Unit, subscription: StripeObject, change: Change) -> None:
    """Change the subscription, with its events, and collect what is billed at once.

    Raises ApiError: an impossible change (400), or 402 for error_if_incomplete, which keeps nothing.
    """
    invoice = prepare(unit, subscription, change)
    if change.is_trial_over:
        renewal.end_trial(unit, subscription, is_immediate=True, payment_behavior=change.payment_behavior)
    elif invoice is not None:
        update_payments.pay_now(unit, invoice, payment_behavior=change.payment_behavior)
        pending_updates.show_if_unpaid(unit, subscription)
    unit.emit("customer.subscription.updated", subscription)


def prepare(unit: Unit, subscription: StripeObject, change: Change) -> StripeObject | None:
    """Everything but the payment; the draft that is to be collected now, or None."""
    if change.item_changes or change.is_anchor_reset:
        pending_updates.drop(unit, subscription)
    at = unit.now if change.proration_at is None else change.proration_at
    is_prorated = change.proration_behavior != "none"
    _check_date(subscription, change)
    after = items.changed(unit, subscription, change.item_changes, at=at, keeps_periods=not is_prorated)
    if change.is_anchor_reset:
        after = [restarted(unit, item) for item in after]
    entries = (
        items.prorate(unit, subscription, after, at=at, is_restart=change.is_anchor_reset) if is_prorated else []
    )
    bills_now = change.is_anchor_reset or (change.proration_behavior == "always_invoice" and bool(entries))
    previous_start = subscription["items"]["data"][0]["current_period_start"]
    is_deferred = bills_now and change.payment_behavior == DEFERRED
    if not is_deferred:
        pending_updates.note(subscription, change.metadata)
        _install(unit, subscription, after, is_anchor_reset=change.is_anchor_reset)
        unit.emit("customer.subscription.updated", subscription)
    for entry in entries:
        invoice_items.create(unit, entry)
    if not bills_now:
        return None
    lines = billing.period_lines(unit, subscription, after) if change.is_anchor_reset else []
    invoice = billing.draft(
        unit, subscription, lines=lines, reason="subscription_update", period=(previous_start, unit.now)
    )
    subscription["latest_invoice"] = invoice["id"]
    if is_deferred:
        anchor = unit.now if change.is_anchor_reset else None
        pending_updates.hold(subscription, invoice, after=after, anchor=anchor, metadata=change.metadata)
    unit.emit("invoice.created", invoice)
    return invoice


def _check_date(subscription: StripeObject, change: Change) -> None:
    if change.proration_at is None:
        return
    if change.proration_behavior == "none":
        raise invalid_parameter(
            "You cannot pass `proration_date` when `proration_behavior` is `none`.", param="proration_date"
        )
    start = min(item["current_period_start"] for item in subscription["items"]["data"])
    if not start <= change.proration_at <= period_end(subscription):
        raise invalid_parameter(
            "Cannot set `proration_date` outside of the current billing period of the subscription.",
            param="proration_date",
        )


def restarted(unit: Unit, item: dict[str, Any]) -> dict[str, Any]:
    """A copy of the item whose period begins now."""
    recurring = item["price"]["recurring"]
    end = periods.boundary(
        unit.now, interval=recurring["interval"], interval_count=recurring["interval_count"], steps=1
    )
    return {**item, "current_period_start": unit.now, "current_period_end": end}


def _install(unit: Unit, subscription: StripeObject, after: list[dict[str, Any]], *, is_anchor_reset: bool) -> None:
    metered.note_changes(unit, subscription, after)
    items.install(subscription, after)
    if is_anchor_reset:
        periods.move_anchor(subscription, unit.now)
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = period_end(subscription)
    plan_timers(unit, subscription)
