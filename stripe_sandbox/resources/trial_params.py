"""Decides which ends a trial may have, and when a change gives a running subscription one."""

from typing import Any

from stripe_sandbox.engine import changes, subscriptions, trials
from stripe_sandbox.errors import invalid_parameter, not_built
from stripe_sandbox.resources.updates import refuse
from stripe_sandbox.store.unit import StripeObject, Unit

DAY_SECONDS = 86400
MOST_DAYS = 730


def end_after(days: int, *, now: int) -> int:
    """The end (unix seconds) of a trial of so many days. Raises ApiError below zero and past two years."""
    if days < 0:
        raise invalid_parameter(
            "This value must be greater than or equal to 0.",
            param="trial_period_days",
            code="parameter_invalid_integer",
        )
    if days > MOST_DAYS:
        raise invalid_parameter(
            f"The maximum number of trial period days is {MOST_DAYS} (2 years).", param="trial_period_days"
        )
    return now + days * DAY_SECONDS


def check_end(end: int, *, now: int) -> int:
    """This end. Raises ApiError for one that has passed or lies over two years ahead (in assumed words)."""
    if end <= now:
        raise invalid_parameter(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end"
        )
    if end > now + (MOST_DAYS + 1) * DAY_SECONDS:
        raise invalid_parameter("Invalid timestamp: can be no more than two years in the future.", param="trial_end")
    return end


def begins_trial(found: StripeObject, params: dict[str, Any]) -> bool:
    """Whether a running subscription that has no trial, or none any more, is to get one."""
    return params.get("trial_end") not in {None, "now"} and found["status"] in {"active", "past_due", "unpaid"}


def begin_trial(unit: Unit, found: StripeObject, params: dict[str, Any]) -> StripeObject:
    """Give it that trial. Raises ApiError for further changes in the same call."""
    refuse(params, "items", "billing_cycle_anchor", "proration_date")
    payment_behavior = params.get("payment_behavior") or "allow_incomplete"
    if payment_behavior == changes.DEFERRED:
        raise not_built("trial_end")
    end = check_end(params["trial_end"], now=unit.now)
    is_prorated = params.get("proration_behavior") != "none"
    trials.begin(unit, found, end=end, is_prorated=is_prorated, payment_behavior=payment_behavior)
    subscriptions.plan_timers(unit, found)
    unit.emit("customer.subscription.updated", found)
    return found
