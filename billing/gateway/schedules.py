"""Subscription schedules at Stripe: the present period as it is, and what begins when it ends."""

from dataclasses import dataclass
from typing import Any

import stripe

from billing.gateway.client import call, client
from billing.terms import ScheduleStatus, SubscriptionStatus

METADATA_KEY = "plan_change"
_OPEN = (ScheduleStatus.NOT_STARTED, ScheduleStatus.ACTIVE)
_TERMS = ("collection_method", "default_payment_method", "description")
_NONE: Any = ""  # How Stripe is told "none at all": left out, a value would be inherited.


@dataclass(frozen=True, slots=True)
class NextPhase:
    """What the item with `from_price_id` (`price_…`) becomes when the current phase ends."""

    from_price_id: str
    price_id: str
    quantity: int
    interval: str


def create_from_subscription(stripe_subscription_id: str, *, key: str) -> stripe.SubscriptionSchedule:
    """Give a subscription (`sub_…`) a schedule of one phase, its present period; nothing changes by that.

    Nothing else can be set in the same call, not even metadata
    (https://docs.stripe.com/api/subscription_schedules/create, read 2026-11-30). Raises StripeRefused where one is
    attached already.
    """
    return call(client().v1.subscription_schedules.create, key=key, from_subscription=stripe_subscription_id)


def release(stripe_schedule_id: str, *, key: str) -> stripe.SubscriptionSchedule:
    """Take the schedule (`sub_sched_…`) off its subscription, which goes on. Raises StripeRefused if it is over."""
    return call(client().v1.subscription_schedules.release, stripe_schedule_id, key=key)


def is_open(schedule: Any) -> bool:
    """Whether the schedule still manages its subscription."""
    return schedule["status"] in _OPEN


def is_idle(schedule: Any) -> bool:
    """Whether an open schedule changes nothing any more: only the current phase is left, then it lets go."""
    current = schedule["current_phase"]
    ahead = [phase for phase in schedule["phases"] if current and phase["start_date"] >= current["end_date"]]
    return not ahead and schedule["end_behavior"] == "release"


def period_end(subscription: Any) -> int:
    """When the present period or trial ends (Unix seconds)."""
    return max(int(item["current_period_end"]) for item in subscription["items"]["data"])


def plan_next_phase(
    schedule: Any, *, subscription: Any, following: NextPhase, customer_card: str, mark: str, key: str
) -> stripe.SubscriptionSchedule:
    """Let the current phase run out as the subscription is now, and `following` begin without proration.

    `subscription` comes with its discounts expanded: what it is, and when its period ends, is written into the
    current phase, and not what the schedule says, because Stripe documents of no field but metadata what a direct
    change does to a phase.
    `customer_card` (`pm_…` or empty) is the customer's default, `mark` goes into the metadata. The phases are set,
    not added: safe to repeat with a new key. Raises StripeRefused.
    """
    starts, ends = schedule["current_phase"]["start_date"], period_end(subscription)
    terms = _terms(subscription, schedule=schedule, customer_card=customer_card)
    phases = [
        {
            "start_date": starts,
            "end_date": ends,
            "items": [_item(item) for item in subscription["items"]["data"]],
            "discounts": _discounts(subscription, after=0) or _NONE,
            "proration_behavior": "none",
            **_trial(subscription),
            **terms,
        },
        {
            "start_date": ends,
            "duration": {"interval": following.interval, "interval_count": 1},
            "items": [_next_item(item, following) for item in subscription["items"]["data"]],
            "discounts": _discounts(subscription, after=ends) or _NONE,
            "proration_behavior": "none",
            **terms,
        },
    ]
    return call(
        client().v1.subscription_schedules.update,
        schedule["id"],
        key=key,
        phases=phases,
        end_behavior="release",
        proration_behavior="none",
        metadata={METADATA_KEY: mark},
    )


def _terms(subscription: Any, *, schedule: Any, customer_card: str) -> dict[str, Any]:
    """How it is collected and taxed; what is not named here, a phase takes from the schedule's default settings."""
    terms = {name: subscription[name] for name in _TERMS if subscription[name]}
    if "default_payment_method" not in terms and customer_card and _default_card(schedule):
        # The card that the subscription had when the schedule was made would be charged; it cannot be set to none.
        terms["default_payment_method"] = customer_card
    rates = [rate["id"] for rate in subscription["default_tax_rates"] or []]
    if rates:
        terms["default_tax_rates"] = rates
    if subscription["automatic_tax"]["enabled"]:
        terms["automatic_tax"] = {"enabled": True}
    if subscription["days_until_due"]:
        terms["invoice_settings"] = {"days_until_due": subscription["days_until_due"]}
    return terms


def _default_card(schedule: Any) -> str:
    return str(schedule["default_settings"]["default_payment_method"] or "")


def _trial(subscription: Any) -> dict[str, Any]:
    is_trial = subscription["status"] == SubscriptionStatus.TRIALING
    return {"trial_end": subscription["trial_end"]} if is_trial else {}


def _item(item: Any, **changed: Any) -> dict[str, Any]:
    values = {"price": item["price"]["id"], "quantity": item["quantity"], **changed}
    rates = [rate["id"] for rate in item["tax_rates"] or []]
    if rates:
        values["tax_rates"] = rates
    if item["metadata"]:
        values["metadata"] = item["metadata"].to_dict()
    if item["discounts"]:
        values["discounts"] = [{"discount": _id(discount)} for discount in item["discounts"]]
    return {name: value for name, value in values.items() if value is not None}


def _next_item(item: Any, following: NextPhase) -> dict[str, Any]:
    if item["price"]["id"] != following.from_price_id:
        return _item(item)
    return _item(item, price=following.price_id, quantity=following.quantity)


def _discounts(subscription: Any, *, after: int) -> list[dict[str, str]]:
    """The same discounts, not new ones of their coupons; those that are over `after` (Unix seconds) end before."""
    found = subscription["discounts"] or []
    return [{"discount": _id(discount)} for discount in found if not discount["end"] or discount["end"] > after]


def _id(thing: Any) -> str:
    return thing if isinstance(thing, str) else str(thing["id"])
