"""Routes that change a running subscription: its end, card, trial, notes and what it bills."""

from dataclasses import replace
from typing import Any

from stripe_sandbox.engine import added_items, changes, endings, pauses, periods, schedule_states, subscriptions
from stripe_sandbox.errors import invalid, invalid_parameter, missing_parameter, not_built
from stripe_sandbox.resources.item_params import TERMS, item_changes, read_added
from stripe_sandbox.resources.price_terms import change_terms, take_item_terms
from stripe_sandbox.resources.subscriptions import NOT_BUILT, PLAIN, own_card
from stripe_sandbox.resources.trial_params import begin_trial, begins_trial, check_end
from stripe_sandbox.resources.updates import refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.routing import route

# What a change that waits for its payment may touch; metadata since 2026-05-27.dahlia
# (https://docs.stripe.com/changelog/dahlia/2026-05-27/pending-subscription-update-metadata, read 2026-11).
DEFERRABLE = frozenset(
    {
        "billing_cycle_anchor",
        "items",
        "metadata",
        "off_session",
        "payment_behavior",
        "proration_behavior",
        "proration_date",
        "trial_end",
    }
)


@route("POST", "/v1/subscriptions/{subscription}", schema="subscription_update")
def update(unit: Unit, params: dict[str, Any], subscription: str) -> StripeObject:
    """Change a subscription; what the change bills at once is collected within the call."""
    found = unit.get("subscription", subscription)
    _check_state(found, params)
    refuse(params, *NOT_BUILT, "default_source")
    metadata = None
    if params.get("payment_behavior") == changes.DEFERRED:
        _check_deferrable(found, params)
        metadata = params.pop("metadata", None)
    if "default_payment_method" in params:
        method = own_card(unit, params["default_payment_method"], customer_id=found["customer"])
        found["default_payment_method"] = method["id"] if method else None
    _check_terms(found, params)
    take(found, params, *PLAIN)
    if found["collection_method"] == "charge_automatically":
        found["days_until_due"] = None
    for key in ("payment_settings", "trial_settings"):
        if params.get(key):
            found[key] = {**found[key], **params[key]}
    change_terms(unit, found, params)
    if params.get("items") and params.get("payment_behavior") != changes.DEFERRED:
        params["items"] = [
            take_item_terms(unit, found, entry, prefix=f"items[{index}]")
            for index, entry in enumerate(params["items"])
        ]
    change_end(unit, found, params)
    change_pause(unit, found, params)
    if begins_trial(found, params):
        return begin_trial(unit, found, params)
    change = read_change(unit, found, params, is_trial_over=change_trial(unit, found, params))
    change = replace(change, metadata=metadata)
    if found["status"] in subscriptions.ENDED:
        unit.emit("customer.subscription.updated", found)
        return found
    added_items.create(unit, found, read_added(unit, params.get("add_invoice_items"), path="add_invoice_items"))
    changes.apply(unit, found, change)
    if change.item_changes or {"discounts", "default_payment_method"} & set(params):
        schedule_states.follow(unit, found)
    if found["status"] not in subscriptions.ENDED:
        subscriptions.plan_timers(unit, found)
    return found


def _check_state(found: StripeObject, params: dict[str, Any]) -> None:
    if found["status"] in subscriptions.ENDED and set(params) - {"metadata", "cancellation_details"}:
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    if found["status"] == "incomplete" and set(params) - {"metadata", "default_source", "default_payment_method"}:
        raise invalid("This subscription is incomplete: only its metadata and default payment method can be updated.")


def _check_terms(found: StripeObject, params: dict[str, Any]) -> None:
    """Days to pay are for invoices that are sent, and those need some (documented; the words are assumed)."""
    collection = params.get("collection_method") or found["collection_method"]
    days = params.get("days_until_due", found["days_until_due"])
    if collection == "send_invoice" and not days:
        raise missing_parameter("days_until_due")
    if collection == "charge_automatically" and params.get("days_until_due"):
        raise invalid_parameter(
            "`days_until_due` is for subscriptions with collection_method=send_invoice only.", param="days_until_due"
        )


def _check_deferrable(found: StripeObject, params: dict[str, Any]) -> None:
    beyond = sorted(set(params) - DEFERRABLE)
    if beyond:
        raise invalid_parameter(
            f"`payment_behavior=pending_if_incomplete` does not support the parameter `{beyond[0]}`.",
            param=beyond[0],
        )
    for entry in params.get("items") or []:
        refuse(entry, *TERMS)
    if found["collection_method"] != "charge_automatically":
        raise invalid("Pending updates need `collection_method=charge_automatically`.", param="payment_behavior")
    if params.get("trial_end") == "now" and found["status"] == "trialing":
        raise not_built("trial_end")


def read_change(
    unit: Unit, found: StripeObject, params: dict[str, Any], *, is_trial_over: bool = False
) -> changes.Change:
    """What the parameters ask of items, anchor and proration."""
    anchor = params.get("billing_cycle_anchor")
    if anchor not in {None, "now", "unchanged"}:
        raise not_built("billing_cycle_anchor")
    if anchor == "now" and found["status"] == "trialing":
        raise invalid_parameter(
            "You cannot set `billing_cycle_anchor` while the subscription is trialing; end the trial instead.",
            param="billing_cycle_anchor",
        )
    return changes.Change(
        item_changes=item_changes(unit, found, params.get("items")),
        proration_behavior=params.get("proration_behavior") or "create_prorations",
        proration_at=params.get("proration_date"),
        payment_behavior=params.get("payment_behavior") or "allow_incomplete",
        is_anchor_reset=anchor == "now",
        is_trial_over=is_trial_over,
    )


def change_end(unit: Unit, found: StripeObject, params: dict[str, Any]) -> None:
    """Plan an end, or take a planned one back. The caller emits the event.

    Raises ApiError for a subscription that a schedule manages (the wording rests on memory: assumed).
    """
    if found["schedule"] is not None and (params.get("cancel_at") or params.get("cancel_at_period_end")):
        raise invalid(
            f"The subscription is managed by the subscription schedule `{found['schedule']}`, and updating any "
            "cancelation behavior directly is not allowed. Please update the schedule instead."
        )
    details = {key: value for key, value in (params.get("cancellation_details") or {}).items() if value}
    if params.get("cancel_at_period_end"):
        subscriptions.cancel_at_period_end(unit, found, details=details)
    elif found["cancel_at"] is not None and _takes_end_back(params):
        subscriptions.undo_cancellation(found)
    elif params.get("cancel_at"):
        endings.cancel_at(unit, found, _end(unit, found, params), is_prorated=_is_prorated(params))
        found["cancellation_details"].update(details)
    else:
        found["cancellation_details"].update(details)


def _end(unit: Unit, found: StripeObject, params: dict[str, Any]) -> int:
    moment = params["cancel_at"]
    if isinstance(moment, str):
        ends = [item["current_period_end"] for item in found["items"]["data"]]
        moment = min(ends) if moment == "min_period_end" else max(ends)
    if moment <= unit.now:
        raise invalid_parameter("The timestamp must lie in the future.", param="cancel_at")
    return int(moment)


def _is_prorated(params: dict[str, Any]) -> bool:
    return params.get("proration_behavior") != "none"


def change_pause(unit: Unit, found: StripeObject, params: dict[str, Any]) -> None:
    """Pause the collection of invoices, or end the pause. The caller emits the event."""
    if "pause_collection" not in params:
        return
    wanted = params["pause_collection"]
    if not wanted:
        pauses.unpause(unit, found)
        return
    resumes_at = wanted.get("resumes_at")
    if resumes_at is not None and resumes_at <= unit.now:
        raise invalid_parameter("The timestamp must lie in the future.", param="pause_collection[resumes_at]")
    pauses.pause(unit, found, behavior=wanted["behavior"], resumes_at=resumes_at)


def _takes_end_back(params: dict[str, Any]) -> bool:
    is_unset = "cancel_at" in params and not params["cancel_at"]
    return is_unset or params.get("cancel_at_period_end") is False


def change_trial(unit: Unit, found: StripeObject, params: dict[str, Any]) -> bool:
    """Move the trial's end; True when it is over now."""
    end = params.get("trial_end")
    if end is None:
        return False
    if found["status"] != "trialing":
        if end == "now":
            return False
        raise invalid_parameter("The sandbox moves the end of a running trial only.", param="trial_end")
    if end == "now":
        found["trial_end"] = unit.now
        return True
    check_end(end, now=unit.now)
    found["trial_end"] = end
    periods.move_anchor(found, end)
    found.pop("_is_end_announced", None)
    for item in found["items"]["data"]:
        item["current_period_end"] = end
    if found["cancel_at_period_end"]:
        found["cancel_at"] = end
    return False
