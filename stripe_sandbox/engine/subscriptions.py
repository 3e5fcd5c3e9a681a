"""Decides how subscriptions begin, are changed and end; their renewal is `renewal`."""

from dataclasses import dataclass, field
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import (
    added_items,
    collection,
    discounts,
    drafts,
    intents,
    invoices,
    items,
    metered,
    payment_methods,
    periods,
    prices,
    schedule_states,
    test_clocks,
    update_payments,
)
from stripe_sandbox.engine import subscription_invoices as billing
from stripe_sandbox.engine.endings import cancel_at_period_end, cancel_now, undo_cancellation
from stripe_sandbox.engine.subscription_timers import ENDED, LIVE, period_end, plan_timers
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, render

INCOMPLETE_SECONDS = 23 * 3600
__all__ = [
    "ENDED",
    "LIVE",
    "Created",
    "Order",
    "cancel_at_period_end",
    "cancel_now",
    "create",
    "expire_incomplete",
    "period_end",
    "plan_timers",
    "undo_cancellation",
]


@dataclass(frozen=True)
class Order:
    """What is asked for when a subscription is created."""

    customer: StripeObject
    # Price, quantity (None where usage is billed) and metadata of each.
    items: list[tuple[StripeObject, int | None, dict[str, str]]]
    currency: str
    trial_end: int | None = None
    payment_behavior: str = "allow_incomplete"
    is_off_session: bool = False
    method: StripeObject | None = None
    return_url: str | None = None
    # A payment that succeeded before the subscription was made: Checkout takes the money first.
    prepaid: StripeObject | None = None
    redeemed: list[discounts.Wanted] = field(default_factory=list)
    # By the item's place in `items`.
    item_redeemed: dict[int, list[discounts.Wanted]] = field(default_factory=dict)
    checkout_session_id: str | None = None
    item_tax_rates: dict[int, list[StripeObject]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    # One-off amounts for the first invoice, as a phase of a schedule keeps them.
    added: list[added_items.Added] = field(default_factory=list)
    # For a schedule: when the phase that makes the subscription ends.
    phase_end: int | None = None


@dataclass(frozen=True)
class Created:
    """The new subscription and how its first payment went (None when nothing was due)."""

    subscription: StripeObject
    result: intents.Result | None


def create(unit: Unit, order: Order) -> Created:
    """A subscription with its first invoice, collected as the payment behaviour says.

    Raises ApiError: no card (400), declined with error_if_incomplete (402, nothing is kept).
    """
    subscription, invoice = begin(unit, order)
    method = order.method or payment_methods.default_for(unit, customer=order.customer, subscription=subscription)
    _demand_card(order, method, invoice)
    pays_later = order.trial_end is not None or invoice is None
    if pays_later and method is None and order.payment_behavior == "default_incomplete":
        _ask_for_card(unit, subscription)
    unit.emit("customer.subscription.created", subscription)
    if invoice is None:
        plan_timers(unit, subscription)
        return Created(subscription=subscription, result=None)
    unit.emit("invoice.created", invoice)
    plan_timers(unit, subscription)
    return Created(subscription=subscription, result=_first_payment(unit, order, subscription, invoice, method))


def begin(unit: Unit, order: Order) -> tuple[StripeObject, StripeObject | None]:
    """The subscription and the draft of its first invoice, before any payment and without their events.

    There is no invoice, and the subscription is active, where only usage is billed.
    """
    test_clocks.check_subscriptions(unit, order.customer)
    _check_currency(order)
    subscription = _body(unit, order)
    _apply_discounts(unit, order, subscription)
    is_late = order.phase_end is not None
    added_items.create(unit, subscription, order.added, phase_end=order.phase_end, is_late=is_late)
    first_line_is_trial = order.trial_end is not None
    lines = [
        drafts.subscription_line(
            unit,
            subscription,
            item,
            start=unit.now,
            end=item["current_period_end"],
            is_trial=first_line_is_trial,
        )
        for item in subscription["items"]["data"]
        if not metered.is_metered(item)
    ]
    if not lines and not billing.waiting_items(unit, subscription):
        if subscription["status"] == "incomplete":
            subscription["status"] = "active"
        return subscription, None
    invoice = billing.draft(
        unit, subscription, lines=lines, reason="subscription_create", period=(unit.now, unit.now)
    )
    subscription["latest_invoice"] = invoice["id"]
    return subscription, invoice


def _apply_discounts(unit: Unit, order: Order, subscription: StripeObject) -> None:
    owner = {
        "customer": subscription["customer"],
        "subscription": subscription["id"],
        "checkout_session": order.checkout_session_id,
    }
    subscription["discounts"] = discounts.grant_all(unit, order.redeemed, **owner)
    for index, item in enumerate(subscription["items"]["data"]):
        wanted = order.item_redeemed.get(index, [])
        item["discounts"] = discounts.grant_all(unit, wanted, **owner, subscription_item=item["id"])
        item["tax_rates"] = order.item_tax_rates.get(index, [])


def _check_currency(order: Order) -> None:
    known = order.customer["currency"]
    if known is not None and known != order.currency:
        raise invalid(
            "You cannot combine currencies on a single customer. This customer has an active subscription, "
            f"subscription schedule, discount, quote, or invoice item with currency {known}.",
        )


def _body(unit: Unit, order: Order) -> StripeObject:
    sub_id = ids.new_id("subscription")
    anchor = order.trial_end or unit.now
    is_waiting = order.trial_end is None and order.values.get("collection_method") != "send_invoice"
    subscription = blank(
        "subscription",
        id=sub_id,
        billing_cycle_anchor=anchor,
        created=unit.now,
        currency=order.currency,
        customer=order.customer["id"],
        start_date=unit.now,
        status="trialing" if order.trial_end else ("incomplete" if is_waiting else "active"),
        trial_start=unit.now if order.trial_end else None,
        trial_end=order.trial_end,
    )
    subscription["billing_mode"]["updated_at"] = unit.now
    subscription.update(order.values)
    subscription["items"] = _item_list(
        [_item(unit, order, sub_id, entry, anchor=anchor) for entry in order.items], sub_id=sub_id
    )
    items.install(subscription, subscription["items"]["data"])
    unit.add(subscription)
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at_period_end"] = False
        cancel_at_period_end(unit, subscription)
    return subscription


def _item(
    unit: Unit, order: Order, sub_id: str, entry: tuple[StripeObject, int | None, dict[str, str]], *, anchor: int
) -> dict[str, Any]:
    price, quantity, metadata = entry
    recurring = price["recurring"]
    end = order.trial_end or periods.next_boundary(
        anchor, after=unit.now, interval=recurring["interval"], interval_count=recurring["interval_count"]
    )
    return blank(
        "subscription_item",
        id=ids.new_id("subscription_item"),
        created=unit.now,
        current_period_start=unit.now,
        current_period_end=end,
        plan=prices.as_plan(price),
        price=render(price),
        quantity=metered.counted(price, quantity),
        metadata=metadata,
        subscription=sub_id,
    )


def _item_list(items: list[dict[str, Any]], *, sub_id: str) -> dict[str, Any]:
    return {
        "object": "list",
        "data": items,
        "has_more": False,
        "total_count": len(items),
        "url": f"/v1/subscription_items?subscription={sub_id}",
    }


def _demand_card(order: Order, method: StripeObject | None, invoice: StripeObject | None) -> None:
    is_free = invoice is None or invoice["amount_due"] == 0
    waits = order.trial_end is not None or order.payment_behavior == "default_incomplete"
    if is_free or waits or method is not None or order.values.get("collection_method") == "send_invoice":
        return
    raise ApiError(
        "This customer has no attached payment source or default payment method. Please consider adding a default "
        "payment method. For more information, visit "
        "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
        code="resource_missing",
        is_executed=True,
    )


def _ask_for_card(unit: Unit, subscription: StripeObject) -> None:
    setup = intents.create_setup(unit, customer=subscription["customer"], usage="off_session")
    subscription["pending_setup_intent"] = setup["id"]


def _first_payment(
    unit: Unit, order: Order, subscription: StripeObject, invoice: StripeObject, method: StripeObject | None
) -> intents.Result | None:
    if unit.is_imagined:
        return None
    invoices.finalize(unit, invoice, prepaid=order.prepaid)
    invoice["webhooks_delivered_at"] = unit.now
    if order.prepaid is not None and invoice["amount_due"] > 0:
        invoice["attempt_count"] = 1
        result = intents.Result(status="succeeded")
        collection.apply(unit, invoice, result)
        return result
    if invoice["amount_due"] == 0 or invoice["collection_method"] == "send_invoice":
        collection.settle_or_collect(unit, invoice, is_off_session=False)
        return None
    unit.schedule("incomplete_expiry", subscription["id"], due_at=unit.now + INCOMPLETE_SECONDS)
    if order.payment_behavior == "default_incomplete":
        if method is not None:
            intent = unit.get("payment_intent", invoice["_intent"])
            intent.update(payment_method=method["id"], status="requires_confirmation")
        return None
    result = collection.collect(unit, invoice, method=method, return_url=order.return_url)
    if result.status != "succeeded" and order.payment_behavior == "error_if_incomplete":
        raise update_payments.not_kept(result)
    return result


def expire_incomplete(unit: Unit, subscription_id: str) -> None:
    """Timer: a first invoice that was not paid within 23 hours ends the subscription and is voided."""
    subscription = unit.get("subscription", subscription_id)
    if subscription["status"] != "incomplete":
        return
    invoices.void(unit, unit.get("invoice", subscription["latest_invoice"]))
    subscription.update(status="incomplete_expired", ended_at=unit.now)
    plan_timers(unit, subscription)
    unit.emit("customer.subscription.updated", subscription)
    schedule_states.cancel_with(unit, subscription, is_aborted=True)
