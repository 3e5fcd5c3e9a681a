"""Decides how a trial begins on a subscription that is already running; `renewal` decides how one ends."""

from dataclasses import dataclass, field

from stripe_sandbox.engine import drafts, endings, items, metered, pending_updates, periods, update_payments
from stripe_sandbox.engine import subscription_invoices as billing
from stripe_sandbox.store.unit import StripeObject, Unit


@dataclass(frozen=True)
class LateTrial:
    """A trial from now to `end` (unix seconds), with the changes of items that come with it.

    `is_prorated`: what was paid beyond this moment is credited.
    """

    end: int
    is_prorated: bool = True
    item_changes: list[items.ItemChange] = field(default_factory=list)


def begin(unit: Unit, subscription: StripeObject, trial: LateTrial, *, payment_behavior: str) -> None:
    """Begin the trial and bill what it leaves; the caller emits the event."""
    invoice = prepare(unit, subscription, trial)
    unit.emit("invoice.created", invoice)
    update_payments.pay_now(unit, invoice, payment_behavior=payment_behavior)


def prepare(unit: Unit, subscription: StripeObject, trial: LateTrial) -> StripeObject:
    """Everything but events and payment: the draft, for the cycle now counts from the trial's end.

    Documented: a trial that begins is billed at once, with nothing to pay for the trial itself.
    """
    previous_start = min(item["current_period_start"] for item in subscription["items"]["data"])
    pending_updates.drop(unit, subscription)
    after = items.changed(unit, subscription, trial.item_changes, at=unit.now, keeps_periods=True)
    if trial.is_prorated:
        endings.credit_rest(unit, subscription)
    metered.note_changes(unit, subscription, after)
    items.install(subscription, after)
    subscription.update(status="trialing", trial_start=unit.now, trial_end=trial.end)
    periods.move_anchor(subscription, trial.end)
    subscription.pop("_is_end_announced", None)
    for item in subscription["items"]["data"]:
        item.update(current_period_start=unit.now, current_period_end=trial.end)
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = trial.end
    lines = [
        drafts.subscription_line(unit, subscription, item, start=unit.now, end=trial.end, is_trial=True)
        for item in subscription["items"]["data"]
        if not metered.is_metered(item)
    ]
    invoice = billing.draft(
        unit, subscription, lines=lines, reason="subscription_update", period=(previous_start, unit.now)
    )
    subscription["latest_invoice"] = invoice["id"]
    return invoice
