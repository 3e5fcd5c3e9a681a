"""Decides which plans a subscription may move to in the portal, when a move takes effect and how it is made.

Documented: the conditions that put a move off to the period's end, the trial behaviours, and which subscriptions the
portal cannot change. Assumed: a move whose payment is declined leaves nothing behind; one that the bank asks about
takes effect when it is paid.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from stripe_sandbox.engine import (
    changes,
    discounts,
    periods,
    renewal,
    schedule_states,
    schedules,
    subscriptions,
)
from stripe_sandbox.engine.items import ItemChange, period_amount_minor
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.store.unit import StripeObject, Unit

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True)
class Move:
    """What a customer chose. `proration_at`: the moment whose sums were shown (unix seconds), None for now."""

    price: StripeObject
    quantity: int
    proration_at: int | None = None
    redeemed: list[discounts.Wanted] = field(default_factory=list)


@dataclass(frozen=True)
class Offer:
    """One price that a subscription may have; `maximum` None is without limit, equal bounds are a fixed number."""

    product: StripeObject
    price: StripeObject
    is_current: bool
    is_adjustable: bool
    minimum: int
    maximum: int | None


def obstacle(subscription: StripeObject) -> str | None:
    """Why the portal cannot change this subscription, in words; None when it can."""
    items = subscription["items"]["data"]
    if subscription["status"] not in {"active", "trialing"}:
        return f"its status is {subscription['status']}."
    if len(items) != 1:
        return "it has more than one product."
    if items[0]["price"]["recurring"]["usage_type"] == "metered":
        return "it is billed by usage."
    if subscription["schedule"] is not None:
        return "a schedule manages it."
    if subscription["collection_method"] != "charge_automatically":
        return "its invoices are sent."
    if subscription["pending_update"] is not None:
        return "an update waits for its payment."
    return None


def offers(unit: Unit, configuration: StripeObject, subscription: StripeObject) -> list[Offer]:
    """The active prices in the subscription's currency that the configuration lists."""
    allowed = configuration["features"]["subscription_update"]["default_allowed_updates"]
    current = subscription["items"]["data"][0]
    found = []
    for entry in configuration.get("_products") or []:
        product = unit.get("product", entry["product"])
        bounds = entry["adjustable_quantity"]
        is_adjustable = bounds["enabled"] and "quantity" in allowed
        for name in entry["prices"]:
            price = unit.get("price", name)
            is_current = name == current["price"]["id"]
            if price["currency"] != subscription["currency"] or not (price["active"] and product["active"]):
                continue
            if is_current or "price" in allowed:
                found.append(Offer(product, price, is_current, is_adjustable, bounds["minimum"], bounds["maximum"]))
    return found


def check(subscription: StripeObject, offered: list[Offer], move: Move) -> None:
    """Raises ApiError 409 for a subscription that cannot move, 403 for a move that is not offered."""
    reason = obstacle(subscription)
    if reason is not None:
        raise ApiError(f"This plan cannot be changed here: {reason}", status=409)
    offer = next((each for each in offered if each.price["id"] == move.price["id"]), None)
    if offer is None:
        raise ApiError("This plan is not offered here.", status=403)
    item = subscription["items"]["data"][0]
    has_new_quantity = move.quantity != item["quantity"]
    if has_new_quantity and not offer.is_adjustable:
        raise ApiError("The quantity cannot be changed here.", status=403)
    if has_new_quantity and not offer.minimum <= move.quantity <= (offer.maximum or move.quantity):
        raise invalid(f"Choose at least {offer.minimum}{f' and at most {offer.maximum}' if offer.maximum else ''}.")
    if offer.is_current and not has_new_quantity and not move.redeemed:
        raise invalid("Nothing would change.")


def starts_at(unit: Unit, settings: dict[str, Any], subscription: StripeObject, move: Move) -> int | None:
    """When the move takes effect if the configuration puts it off to the period's end; None for at once."""
    if subscription["status"] == "trialing":
        return None
    item = subscription["items"]["data"][0]
    before = period_amount_minor(unit, subscription, item)
    after = period_amount_minor(unit, subscription, {**item, "price": move.price, "quantity": move.quantity})
    for condition in settings["schedule_at_period_end"]["conditions"]:
        is_cheaper = condition["type"] == "decreasing_item_amount" and after < before
        is_shorter = condition["type"] == "shortening_interval" and _days(move.price) < _days(item["price"])
        if is_cheaper or is_shorter:
            return subscriptions.period_end(subscription)
    return None


def _days(price: StripeObject) -> int:
    return _DAYS[price["recurring"]["interval"]] * int(price["recurring"]["interval_count"])


def preview(unit: Unit, settings: dict[str, Any], subscription: StripeObject, move: Move) -> StripeObject | None:
    """The draft that the move would bill at once, None when nothing is billed now. Call it within `imagined`."""
    if starts_at(unit, settings, subscription, move) is not None:
        _plan_ahead(unit, subscription, move)
        return None
    _redeem(unit, subscription, move)
    # As if it were paid: what the next period bills is shown too.
    change = replace(_change(unit, settings, subscription, move), payment_behavior="allow_incomplete")
    draft = changes.prepare(unit, subscription, change)
    if change.is_trial_over and renewal.leave_trial(unit, subscription):
        draft = renewal.bill_period(unit, subscription, is_immediate=True)
    if draft is not None and draft["total"] < 0:
        unit.get("customer", subscription["customer"])["balance"] += draft["total"]
    return draft


def next_bill(unit: Unit, subscription: StripeObject) -> StripeObject:
    """What the next period bills after a previewed move. Call it within `imagined`, after `preview`."""
    schedule = schedule_states.schedule_of(unit, subscription)
    if schedule is not None:
        schedules.apply_phase(unit, subscription, schedule["phases"][-1])
    return renewal.preview(unit, subscription)


def make(unit: Unit, settings: dict[str, Any], subscription: StripeObject, move: Move) -> str | None:
    """Make the move. Returns the id of a payment intent that waits for the customer, None when all is done.

    Raises ApiError 402 for a declined payment; the caller keeps nothing then.
    """
    if starts_at(unit, settings, subscription, move) is not None:
        _plan_ahead(unit, subscription, move)
        return None
    _redeem(unit, subscription, move)
    changes.apply(unit, subscription, _change(unit, settings, subscription, move))
    if subscription["pending_update"] is None:
        subscriptions.plan_timers(unit, subscription)
        return None
    invoice = unit.get("invoice", subscription["latest_invoice"])
    intent = unit.get("payment_intent", invoice["_intent"])
    if intent["status"] == "requires_action":
        return str(intent["id"])
    error = intent["last_payment_error"] or {"message": "No card is stored.", "code": "resource_missing"}
    extra = {"decline_code": error["decline_code"]} if error.get("decline_code") else {}
    raise ApiError(error["message"], status=402, type="card_error", code=error.get("code"), extra=extra)


def _redeem(unit: Unit, subscription: StripeObject, move: Move) -> None:
    if move.redeemed:
        discounts.replace(unit, subscription, move.redeemed)


def _change(unit: Unit, settings: dict[str, Any], subscription: StripeObject, move: Move) -> changes.Change:
    is_trial = subscription["status"] == "trialing"
    is_trial_over = is_trial and settings["trial_update_behavior"] == "end_trial"
    if is_trial_over:
        subscription["trial_end"] = unit.now
    behavior = settings["proration_behavior"]
    at = move.proration_at if behavior != "none" and not is_trial else None
    item = subscription["items"]["data"][0]
    return changes.Change(
        item_changes=[ItemChange(item_id=item["id"], price=move.price, quantity=move.quantity)],
        proration_behavior=behavior,
        proration_at=at,
        payment_behavior="error_if_incomplete" if is_trial_over else changes.DEFERRED,
        is_anchor_reset=settings["billing_cycle_anchor"] == "now" and not is_trial,
        is_trial_over=is_trial_over,
    )


def _plan_ahead(unit: Unit, subscription: StripeObject, move: Move) -> None:
    """A schedule of two phases, then released: what is paid for runs out, and the chosen plan follows."""
    schedule = schedules.from_subscription(unit, subscription)
    first = schedule["phases"][0]
    recurring = move.price["recurring"]
    end = periods.boundary(
        first["end_date"], interval=recurring["interval"], interval_count=recurring["interval_count"], steps=1
    )
    second = schedule_states.phase(subscription, start=first["end_date"], end=end)
    metadata = subscription["items"]["data"][0]["metadata"]
    second.update(
        items=[schedule_states.phase_item(move.price["id"], move.quantity, metadata)], proration_behavior="none"
    )
    if move.redeemed:
        second["discounts"] = [
            {
                "coupon": each.coupon["id"] if each.coupon and each.promotion is None else None,
                "discount": None,
                "promotion_code": each.promotion["id"] if each.promotion else None,
            }
            for each in move.redeemed
        ]
    schedules.update(unit, schedule, [first, second], proration_behavior="none")
    unit.emit("subscription_schedule.updated", schedule)
