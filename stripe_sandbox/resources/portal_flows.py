"""Decides which errands a portal session can be made for, and what `flow_data` must name for each."""

from typing import Any

from stripe_sandbox.engine import portal_switches
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter, no_such
from stripe_sandbox.resources.updates import refuse
from stripe_sandbox.store.unit import StripeObject, Unit

SWITCHES = ("subscription_update", "subscription_update_confirm")


def read_flow(
    unit: Unit, given: dict[str, Any] | None, *, customer: StripeObject, configuration: StripeObject
) -> dict[str, Any] | None:
    """The session's `flow`, None without one. Raises ApiError for an errand that its page could not do."""
    if not given:
        return None
    kind = given["type"]
    if kind in SWITCHES and not configuration["features"]["subscription_update"]["enabled"]:
        raise invalid_parameter(
            f"This flow is not available: `features[subscription_update]` is disabled in `{configuration['id']}`.",
            param="flow_data[type]",
        )
    flow: dict[str, Any] = {
        "after_completion": _completion(given.get("after_completion") or {}),
        "subscription_cancel": None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": kind,
    }
    if kind == "payment_method_update":
        return flow
    details = given.get(kind) or {}
    subscription = _subscription(unit, details.get("subscription"), kind=kind, customer=customer)
    flow[kind] = {"subscription": subscription["id"]}
    if kind == "subscription_cancel":
        refuse(details, "retention")
        flow[kind]["retention"] = None
    if kind in SWITCHES:
        _check_switchable(subscription, kind=kind)
    if kind == "subscription_update_confirm":
        flow[kind] |= _order(unit, details, subscription=subscription, configuration=configuration)
    return flow


def _completion(given: dict[str, Any]) -> dict[str, Any]:
    kind = given.get("type") or "portal_homepage"
    if kind == "redirect" and not given.get("redirect"):
        raise missing_parameter("flow_data[after_completion][redirect]")
    confirmation = None
    if kind == "hosted_confirmation":
        confirmation = {"custom_message": (given.get("hosted_confirmation") or {}).get("custom_message")}
    return {"hosted_confirmation": confirmation, "redirect": given.get("redirect"), "type": kind}


def _subscription(unit: Unit, name: str | None, *, kind: str, customer: StripeObject) -> StripeObject:
    param = f"flow_data[{kind}][subscription]"
    if not name:
        raise missing_parameter(param)
    found = unit.get("subscription", name, param=param, status=400)
    if found["customer"] != customer["id"]:
        raise ApiError("The subscription does not belong to this customer.", param=param)
    return found


def _check_switchable(subscription: StripeObject, *, kind: str) -> None:
    reason = portal_switches.obstacle(subscription)
    if reason is not None:
        raise invalid_parameter(
            f"This subscription cannot be updated in the portal: {reason}",
            param=f"flow_data[{kind}][subscription]",
        )


def _order(
    unit: Unit, details: dict[str, Any], *, subscription: StripeObject, configuration: StripeObject
) -> dict[str, Any]:
    path = "flow_data[subscription_update_confirm]"
    given = details.get("items") or []
    if len(given) != 1:
        raise invalid_parameter("Exactly one item must be specified.", param=f"{path}[items]")
    entry = given[0]
    item = subscription["items"]["data"][0]
    if entry["id"] != item["id"]:
        raise no_such("subscription_item", entry["id"], param=f"{path}[items][0][id]", status=400)
    price_id = entry.get("price") or item["price"]["id"]
    allowed = [name for product in configuration["_products"] for name in product["prices"]]
    if price_id != item["price"]["id"] and price_id not in allowed:
        raise invalid_parameter(
            f"The price `{price_id}` is not among the products of the portal configuration.",
            param=f"{path}[items][0][price]",
        )
    quantity = item["quantity"] if entry.get("quantity") is None else entry["quantity"]
    wanted = details.get("discounts") or []
    if len(wanted) > 1:
        raise invalid_parameter("Array discounts exceeded maximum 1 allowed elements.", param=f"{path}[discounts]")
    for each in wanted:
        for key, kind in (("coupon", "coupon"), ("promotion_code", "promotion_code")):
            if each.get(key):
                unit.get(kind, each[key], param=f"{path}[discounts][0][{key}]", status=400)
    discounts = [{"coupon": each.get("coupon"), "promotion_code": each.get("promotion_code")} for each in wanted]
    return {
        "discounts": discounts or None,
        "items": [{"id": item["id"], "price": price_id, "quantity": quantity}],
    }
