"""Decides the life of a change that waits for its payment: held, shown, applied when paid, dropped when not.

That it waits 23 hours, or to the end of the period if that is sooner, is assumed.
"""

from typing import Any

from stripe_sandbox.engine import invoices, items, metered, periods
from stripe_sandbox.engine.subscription_timers import period_end, plan_timers
from stripe_sandbox.store.unit import StripeObject, Unit

WAITING_SECONDS = 23 * 3600
TIMER = "pending_update_expiry"


def hold(
    subscription: StripeObject,
    invoice: StripeObject,
    *,
    after: list[dict[str, Any]],
    anchor: int | None,
    metadata: dict[str, str] | None = None,
    is_resumption: bool = False,
) -> None:
    """Keep a change back until this invoice is paid. `anchor`: the new billing cycle anchor, if it moves.

    `is_resumption`: the change is the end of a pause; it is not shown as a pending update.
    """
    subscription["_held"] = {
        "invoice": invoice["id"],
        "items": after,
        "anchor": anchor,
        "metadata": metadata,
        "is_resumption": is_resumption,
    }


def note(subscription: StripeObject, metadata: dict[str, str] | None) -> None:
    """Metadata that come with a change are merged when it takes effect."""
    if metadata is not None:
        subscription["metadata"] = {**subscription["metadata"], **metadata}


def is_held_by(subscription: StripeObject, invoice: StripeObject) -> bool:
    """Whether a change of this subscription waits for this invoice."""
    held = subscription.get("_held")
    return held is not None and held["invoice"] == invoice["id"]


def show_if_unpaid(unit: Unit, subscription: StripeObject) -> None:
    """The payment did not succeed: the change is now a pending update that expires."""
    held = subscription.get("_held")
    if held is None:
        return
    if held["is_resumption"]:
        unit.schedule(TIMER, subscription["id"], due_at=unit.now + WAITING_SECONDS)
        return
    expires_at = min(unit.now + WAITING_SECONDS, period_end(subscription))
    subscription["pending_update"] = {
        "billing_cycle_anchor": held["anchor"],
        "discount": None,
        "discounts": None,
        "expires_at": expires_at,
        "metadata": held["metadata"],
        "subscription_items": held["items"],
        "trial_end": None,
        "trial_from_plan": None,
    }
    unit.schedule(TIMER, subscription["id"], due_at=expires_at)


def apply_if_paid(unit: Unit, subscription: StripeObject, invoice: StripeObject) -> None:
    """The invoice that a change waits for is paid: the change takes effect. The caller emits the update."""
    if not is_held_by(subscription, invoice):
        return
    held = subscription.pop("_held")
    was_shown = subscription["pending_update"] is not None
    unit.unschedule(TIMER, subscription["id"])
    metered.note_changes(unit, subscription, held["items"])
    items.install(subscription, held["items"])
    if held["anchor"] is not None:
        periods.move_anchor(subscription, held["anchor"])
    note(subscription, held["metadata"])
    subscription["pending_update"] = None
    if held["is_resumption"]:
        subscription["status"] = "active"
    plan_timers(unit, subscription)
    if held["is_resumption"]:
        unit.emit("customer.subscription.resumed", subscription)
    if was_shown:
        unit.emit("customer.subscription.pending_update_applied", subscription)


def drop(unit: Unit, subscription: StripeObject) -> None:
    """Forget a change that waits, and void its invoice; without one nothing happens."""
    held = subscription.pop("_held", None)
    if held is None:
        return
    subscription["pending_update"] = None
    unit.unschedule(TIMER, subscription["id"])
    invoice = unit.get("invoice", held["invoice"])
    if invoice["status"] in {"open", "uncollectible"}:
        invoices.void(unit, invoice)


def expire(unit: Unit, subscription_id: str) -> None:
    """Timer: the change was not paid in time; the subscription goes on as it was."""
    subscription = unit.get("subscription", subscription_id)
    held = subscription.get("_held")
    if held is None:
        return
    drop(unit, subscription)
    if not held["is_resumption"]:
        unit.emit("customer.subscription.pending_update_expired", subscription)
    unit.emit("customer.subscription.updated", subscription)
