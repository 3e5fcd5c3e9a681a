"""Decides what time does to a subscription: trial end, renewal, planned end and the notices before them."""

from typing import Any

from stripe_sandbox.engine import (
    collection,
    drafts,
    endings,
    invoice_items,
    invoices,
    metered,
    pauses,
    payment_methods,
    pending_updates,
    periods,
    subscriptions,
    update_payments,
)
from stripe_sandbox.engine import subscription_invoices as billing
from stripe_sandbox.store.unit import StripeObject, Unit


def act_when_due(unit: Unit, subscription_id: str) -> None:
    """Timer: the moment that the subscription waits for is here."""
    subscription = unit.get("subscription", subscription_id)
    if subscription["status"] in subscriptions.ENDED:
        return
    pending = subscription["pending_update"]
    if pending is not None and pending["expires_at"] <= unit.now:
        pending_updates.expire(unit, subscription_id)
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= unit.now:
        endings.end_as_planned(unit, subscription)
        bill_last_usage(unit, subscription)
    elif subscription["status"] == "trialing" and subscription["trial_end"] <= unit.now:
        end_trial(unit, subscription, is_immediate=False)
    else:
        renew(unit, subscription)


def end_trial(
    unit: Unit, subscription: StripeObject, *, is_immediate: bool, payment_behavior: str = "allow_incomplete"
) -> None:
    """The trial is over: bill the first paid period, or do what the trial settings say when there is no card.

    `is_immediate`: asked for by a call (`trial_end=now`); then the invoice is collected within it.
    """
    if leave_trial(unit, subscription):
        renew(unit, subscription, is_immediate=is_immediate, payment_behavior=payment_behavior)


def leave_trial(unit: Unit, subscription: StripeObject) -> bool:
    """Move from the trial to what comes after it; False when nothing is to be billed: it ended or was paused."""
    customer = unit.get("customer", subscription["customer"])
    method = payment_methods.default_for(unit, customer=customer, subscription=subscription)
    needs_card = subscription["collection_method"] == "charge_automatically"
    choice = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    subscription["trial_end"] = min(subscription["trial_end"], unit.now)
    if method is None and needs_card and choice == "cancel":
        subscriptions.cancel_now(unit, subscription, reason="cancellation_requested")
        return False
    if method is None and needs_card and choice == "pause":
        subscription["status"] = "paused"
        subscriptions.plan_timers(unit, subscription)
        unit.emit("customer.subscription.updated", subscription)
        unit.emit("customer.subscription.paused", subscription)
        return False
    subscription["status"] = "active"
    if subscription.get("_fixed_anchor") is None or subscription.pop("_fixed_anchor") <= subscription["trial_end"]:
        periods.move_anchor(subscription, subscription["trial_end"])
    return True


def renew(
    unit: Unit,
    subscription: StripeObject,
    *,
    is_immediate: bool = False,
    payment_behavior: str = "allow_incomplete",
) -> None:
    """Move the items whose period has ended and bill the new period: a draft that is collected an hour later."""
    invoice = bill_period(unit, subscription, is_immediate=is_immediate)
    if invoice is None:
        return
    if is_immediate:
        update_payments.pay_now(unit, invoice, payment_behavior=payment_behavior)
    else:
        _hand_over(unit, subscription, invoice)


def bill_period(unit: Unit, subscription: StripeObject, *, is_immediate: bool) -> StripeObject | None:
    """Begin the next period of the items that are due, with its draft and events.

    None when no item is due, or when there is nothing to say: usage alone, and none that is to be paid.
    """
    due = [item for item in subscription["items"]["data"] if is_immediate or item["current_period_end"] <= unit.now]
    if not due:
        subscriptions.plan_timers(unit, subscription)
        return None
    previous = (due[0]["current_period_start"], min(due[0]["current_period_end"], unit.now))
    used = metered.ended_lines(unit, subscription, due)
    for item in due:
        _move_period(unit, subscription, item)
    lines = [*used, *billing.period_lines(unit, subscription, due)]
    reason = "subscription_update" if is_immediate else "subscription_cycle"
    invoice = _draft(unit, subscription, lines, reason=reason, period=previous)
    metered.begin_periods(subscription, due)
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = subscriptions.period_end(subscription)
    unit.emit("customer.subscription.updated", subscription)
    if invoice is not None:
        unit.emit("invoice.created", invoice)
    subscriptions.plan_timers(unit, subscription)
    return invoice


def _draft(
    unit: Unit, subscription: StripeObject, lines: list[dict[str, Any]], *, reason: str, period: tuple[int, int]
) -> StripeObject | None:
    """A draft with these lines, the subscription's latest; None when nothing would be on it."""
    if not lines and not billing.waiting_items(unit, subscription):
        return None
    invoice = billing.draft(unit, subscription, lines=lines, reason=reason, period=period)
    metered.watch(subscription, invoice)
    subscription["latest_invoice"] = invoice["id"]
    return invoice


def bill_last_usage(unit: Unit, subscription: StripeObject) -> None:
    """A draft for the usage of a subscription that ended as planned, final an hour later like any (assumed)."""
    lines = [
        line for line in metered.ended_lines(unit, subscription, subscription["items"]["data"]) if line["quantity"]
    ]
    if not lines:
        return
    start = subscription["items"]["data"][0]["current_period_start"]
    invoice = _draft(unit, subscription, lines, reason="subscription_cycle", period=(start, unit.now))
    if invoice is not None:
        unit.emit("invoice.created", invoice)
        collection.plan_finalization(unit, invoice, due_at=unit.now + invoices.DRAFT_SECONDS)
        unit.emit("customer.subscription.updated", subscription)


def _move_period(unit: Unit, subscription: StripeObject, item: dict[str, Any]) -> None:
    start = min(item["current_period_end"], unit.now)
    anchor, end = _next_period(subscription, item, start=start)
    if len(subscription["items"]["data"]) == 1 and anchor != subscription["billing_cycle_anchor"]:
        periods.move_anchor(subscription, anchor)
    item.update(current_period_start=start, current_period_end=end)


def _next_period(subscription: StripeObject, item: dict[str, Any], *, start: int) -> tuple[int, int]:
    """The anchor and the end of a period that begins here.

    A price of another rhythm, which waited for the old period's end, counts from there: its first period is whole
    (assumed).
    """
    rhythm = periods.rhythm_of(subscription, item["price"])
    anchor = subscription["trial_end"] if subscription["status"] == "trialing" else None
    anchor = subscription.get("_fixed_anchor") or anchor or subscription["billing_cycle_anchor"]
    if anchor <= start and not periods.is_boundary(anchor, start, **rhythm):
        anchor = start
    return anchor, periods.next_boundary(anchor, after=start, **rhythm)


def _hand_over(unit: Unit, subscription: StripeObject, invoice: StripeObject) -> None:
    if pauses.hold_back(unit, subscription, invoice):
        return
    if subscription["status"] == "unpaid":
        # An unpaid subscription goes on billing, but its drafts are not collected by themselves.
        invoice["auto_advance"] = False
    else:
        collection.plan_finalization(unit, invoice, due_at=unit.now + invoices.DRAFT_SECONDS)


def announce_trial_end(unit: Unit, subscription_id: str) -> None:
    """Timer: three days before the trial ends, at once for a shorter trial."""
    subscription = unit.get("subscription", subscription_id)
    if subscription["status"] == "trialing":
        subscription["_is_end_announced"] = True
        unit.emit("customer.subscription.trial_will_end", subscription)


def announce_invoice(unit: Unit, subscription_id: str) -> None:
    """Timer: some days before a renewal; the invoice in this event has no id."""
    subscription = unit.get("subscription", subscription_id)
    if subscription["status"] in subscriptions.LIVE and not pauses.holds_back_next(subscription):
        shown = preview(unit, subscription)
        shown.pop("id")
        unit.emit("invoice.upcoming", shown)


def preview(unit: Unit, subscription: StripeObject, *, is_recurring_only: bool = False) -> StripeObject:
    """The next renewal as an invoice that is not stored; on request without what else waits for it."""
    customer = unit.get("customer", subscription["customer"])
    items = subscription["items"]["data"]
    next_at = min(item["current_period_end"] for item in items)
    waiting = [] if is_recurring_only else billing.waiting_items(unit, subscription)
    lines = [invoice_items.as_line(item) for item in waiting]
    due = [item for item in items if item["current_period_end"] == next_at]
    lines += metered.upcoming_lines(unit, subscription, due)
    for item in due:
        _, end = _next_period(subscription, item, start=next_at)
        following = {**item, "current_period_start": next_at, "current_period_end": end}
        lines += billing.period_lines(unit, subscription, [following])
    body = drafts.draft_body(
        unit,
        customer=customer,
        subscription=subscription,
        lines=lines,
        reason="upcoming",
        period=(items[0]["current_period_start"], next_at),
        currency=subscription["currency"],
        at=next_at,
    )
    body["created"] = next_at
    body["next_payment_attempt"] = next_at + invoices.DRAFT_SECONDS
    return billing.as_preview(body)
