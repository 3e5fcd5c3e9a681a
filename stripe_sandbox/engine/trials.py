"""Decides how a trial begins on a subscription that is already running; `renewal` decides how one ends."""

from stripe_sandbox.engine import drafts, endings, metered, pending_updates, update_payments
from stripe_sandbox.engine import subscription_invoices as billing
from stripe_sandbox.store.unit import StripeObject, Unit


def begin(unit: Unit, subscription: StripeObject, *, end: int, is_prorated: bool, payment_behavior: str) -> None:
    """A trial from now to `end` (unix seconds), from which the cycle then counts; the caller emits the event.

    Documented: a trial that begins is billed at once, with nothing to pay for the trial itself. `is_prorated`: what
    was paid beyond this moment is credited on that invoice.
    """
    previous_start = min(item["current_period_start"] for item in subscription["items"]["data"])
    pending_updates.drop(unit, subscription)
    if is_prorated:
        endings.credit_rest(unit, subscription)
    subscription.update(status="trialing", trial_start=unit.now, trial_end=end, billing_cycle_anchor=end)
    subscription.pop("_is_end_announced", None)
    for item in subscription["items"]["data"]:
        item.update(current_period_start=unit.now, current_period_end=end)
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = end
    lines = [
        drafts.subscription_line(unit, subscription, item, start=unit.now, end=end, is_trial=True)
        for item in subscription["items"]["data"]
        if not metered.is_metered(item)
    ]
    invoice = billing.draft(
        unit, subscription, lines=lines, reason="subscription_update", period=(previous_start, unit.now)
    )
    subscription["latest_invoice"] = invoice["id"]
    unit.emit("invoice.created", invoice)
    update_payments.pay_now(unit, invoice, payment_behavior=payment_behavior)
