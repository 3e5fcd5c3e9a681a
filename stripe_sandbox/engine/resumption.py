"""Decides how a subscription that paused at its trial's end begins again."""

from dataclasses import dataclass

from stripe_sandbox.engine import changes, invoice_items, items, pending_updates, update_payments
from stripe_sandbox.engine import subscription_invoices as billing
from stripe_sandbox.engine.subscription_timers import plan_timers
from stripe_sandbox.errors import invalid
from stripe_sandbox.store.unit import StripeObject, Unit


@dataclass(frozen=True)
class Resumption:
    """How to begin again. `keeps_anchor`: periods go on as if there had been no pause."""

    keeps_anchor: bool = False
    proration_behavior: str = "create_prorations"
    proration_at: int | None = None


def resume(unit: Unit, subscription: StripeObject, order: Resumption) -> None:
    """Bill what begins; active once that is paid, at once when nothing is due. Unpaid, it stays paused.

    Raises ApiError when the subscription is not paused.
    """
    if subscription["status"] != "paused":
        raise invalid(f"You can only resume a paused subscription; this one is {subscription['status']}.")
    pending_updates.drop(unit, subscription)
    before = subscription["items"]["data"]
    if order.keeps_anchor:
        after = [_going_on(unit, subscription, item) for item in before]
    else:
        after = [changes.restarted(unit, item) for item in before]
    bills_now = not order.keeps_anchor or order.proration_behavior == "always_invoice"
    if order.keeps_anchor and order.proration_behavior != "none":
        at = unit.now if order.proration_at is None else order.proration_at
        for entry in items.charge_rest(unit, subscription, after, at=at):
            invoice_items.create(unit, entry)
    if not bills_now:
        items.install(subscription, after)
        subscription["status"] = "active"
        plan_timers(unit, subscription)
        unit.emit("customer.subscription.updated", subscription)
        unit.emit("customer.subscription.resumed", subscription)
        return
    lines = [] if order.keeps_anchor else billing.period_lines(unit, subscription, after)
    invoice = billing.draft(
        unit,
        subscription,
        lines=lines,
        reason="subscription_update",
        period=(before[0]["current_period_start"], unit.now),
    )
    subscription["latest_invoice"] = invoice["id"]
    anchor = None if order.keeps_anchor else unit.now
    pending_updates.hold(subscription, invoice, after=after, anchor=anchor, is_resumption=True)
    unit.emit("invoice.created", invoice)
    update_payments.pay_now(unit, invoice)
    pending_updates.show_if_unpaid(unit, subscription)
    unit.emit("customer.subscription.updated", subscription)


def _going_on(unit: Unit, subscription: StripeObject, item: items.Item) -> items.Item:
    price = unit.get("price", item["price"]["id"])
    start, end = items.period_at(subscription, price, at=unit.now)
    return {**item, "current_period_start": start, "current_period_end": end}
