"""Routes of subscriptions and their items."""

from typing import Any

from stripe_sandbox.engine import renewal, subscriptions
from stripe_sandbox.errors import ApiError, invalid, invalid_parameter, missing_parameter, no_such
from stripe_sandbox.resources.updates import merge_metadata, refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

NOT_BUILT = (
    "add_invoice_items",
    "application_fee_percent",
    "backdate_start_date",
    "billing_cycle_anchor",
    "billing_cycle_anchor_config",
    "billing_schedules",
    "billing_thresholds",
    "default_tax_rates",
    "discounts",
    "on_behalf_of",
    "pause_collection",
    "pending_invoice_item_interval",
    "transfer_data",
)
PLAIN = ("description", "days_until_due", "collection_method")
DAY_SECONDS = 86400


@route("POST", "/v1/subscriptions", schema="subscription_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A subscription with its first invoice."""
    refuse(params, *NOT_BUILT)
    if not params.get("customer"):
        raise missing_parameter("customer")
    customer = unit.get("customer", params["customer"], param="customer", status=400)
    items = _items(unit, params.get("items"))
    method = _method(unit, params.get("default_payment_method"), customer_id=customer["id"])
    if params.get("payment_behavior") == "pending_if_incomplete":
        raise invalid_parameter(
            "`pending_if_incomplete` can only be used when updating a subscription.", param="payment_behavior"
        )
    order = subscriptions.Order(
        customer=customer,
        items=items,
        currency=params.get("currency") or items[0][0]["currency"],
        trial_end=_trial_end(unit, params, items),
        payment_behavior=params.get("payment_behavior") or "allow_incomplete",
        is_off_session=bool(params.get("off_session")),
        values=_values(params, method),
    )
    return subscriptions.create(unit, order).subscription


def _items(unit: Unit, given: list[dict[str, Any]] | None) -> list[tuple[StripeObject, int, dict[str, str]]]:
    if not given:
        raise missing_parameter("items")
    items = []
    for index, entry in enumerate(given):
        refuse(entry, "price_data", "discounts", "tax_rates", "billing_thresholds", "trial")
        name = entry.get("price") or entry.get("plan")
        if not name:
            raise missing_parameter(f"items[{index}][price]")
        price = unit.get("price", name, param=f"items[{index}][price]", status=400)
        if price["recurring"] is None:
            raise invalid_parameter(
                "The price specified is set to `type=one_time` but this field only accepts prices with "
                "`type=recurring`.",
                param=f"items[{index}][price]",
            )
        if not price["active"]:
            raise invalid_parameter(
                f"The price specified is inactive. This field only accepts active prices. ({name})",
                param=f"items[{index}][price]",
            )
        quantity = entry.get("quantity")
        items.append((price, 1 if quantity is None else quantity, entry.get("metadata") or {}))
    return items


def _method(unit: Unit, name: str | None, *, customer_id: str) -> StripeObject | None:
    if not name:
        return None
    method = unit.get("payment_method", name, param="default_payment_method", status=400)
    if method["customer"] != customer_id:
        raise no_such("payment_method", name, param="default_payment_method", status=400)
    return method


def _trial_end(
    unit: Unit, params: dict[str, Any], items: list[tuple[StripeObject, int, dict[str, str]]]
) -> int | None:
    days, end = params.get("trial_period_days"), params.get("trial_end")
    if days is not None and end is not None:
        raise ApiError("You may only specify one of these parameters: trial_end, trial_period_days.")
    if params.get("trial_from_plan") and days is None and end is None:
        days = max((price["recurring"]["trial_period_days"] or 0) for price, _, _ in items)
    if days is not None and days < 0:
        raise invalid_parameter(
            "This value must be greater than or equal to 0.",
            param="trial_period_days",
            code="parameter_invalid_integer",
        )
    if days:
        return int(unit.now + days * DAY_SECONDS)
    if end is None or end == "now":
        return None
    if end <= unit.now:
        raise invalid_parameter(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end"
        )
    return int(end)


def _values(params: dict[str, Any], method: StripeObject | None) -> dict[str, Any]:
    values: dict[str, Any] = {key: params[key] for key in PLAIN if params.get(key) is not None}
    if values.get("collection_method") == "send_invoice" and not values.get("days_until_due"):
        raise missing_parameter("days_until_due")
    values["metadata"] = merge_metadata({}, params.get("metadata") or {})
    values["default_payment_method"] = method["id"] if method else None
    for key in ("cancel_at_period_end", "cancel_at"):
        if params.get(key):
            values[key] = params[key]
    if params.get("payment_settings"):
        values["payment_settings"] = {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
            **params["payment_settings"],
        }
    if params.get("trial_settings"):
        values["trial_settings"] = params["trial_settings"]
    if (params.get("automatic_tax") or {}).get("enabled"):
        values["automatic_tax"] = {"disabled_reason": None, "enabled": True, "liability": {"type": "self"}}
    return values


@route("GET", "/v1/subscriptions/{subscription}", schema="subscription_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], subscription: str) -> StripeObject:
    """One subscription."""
    return unit.get("subscription", subscription)


@route("POST", "/v1/subscriptions/{subscription}", schema="subscription_update")
def update(unit: Unit, params: dict[str, Any], subscription: str) -> StripeObject:
    """Change the end, the card, the trial or the notes of a subscription; its items are not built."""
    found = unit.get("subscription", subscription)
    if found["status"] in subscriptions.ENDED and set(params) - {"metadata", "cancellation_details"}:
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    if found["status"] == "incomplete" and set(params) - {"metadata", "default_source", "default_payment_method"}:
        raise invalid("This subscription is incomplete: only its metadata and default payment method can be updated.")
    refuse(params, *NOT_BUILT, "items", "billing_cycle_anchor", "default_source")
    if "default_payment_method" in params:
        method = _method(unit, params["default_payment_method"], customer_id=found["customer"])
        found["default_payment_method"] = method["id"] if method else None
    take(found, params, *PLAIN)
    for key in ("payment_settings", "trial_settings"):
        if params.get(key):
            found[key] = {**found[key], **params[key]}
    _change_end(unit, found, params)
    is_trial_over = _change_trial(unit, found, params)
    unit.emit("customer.subscription.updated", found)
    if is_trial_over:
        renewal.end_trial(unit, found, is_immediate=True)
    elif found["status"] not in subscriptions.ENDED:
        subscriptions.plan_timers(unit, found)
    return found


def _change_end(unit: Unit, found: StripeObject, params: dict[str, Any]) -> None:
    details = {key: value for key, value in (params.get("cancellation_details") or {}).items() if value}
    if params.get("cancel_at_period_end"):
        subscriptions.cancel_at_period_end(unit, found, details=details)
    elif found["cancel_at"] is not None and _takes_end_back(params):
        subscriptions.undo_cancellation(found)
    elif params.get("cancel_at"):
        moment = params["cancel_at"]
        if isinstance(moment, str):
            moment = subscriptions.period_end(found)
        if moment <= unit.now:
            raise invalid_parameter("The timestamp must lie in the future.", param="cancel_at")
        if moment != subscriptions.period_end(found) and params.get("proration_behavior") != "none":
            raise invalid_parameter(
                "The sandbox does not compute prorations: pass proration_behavior=none, or the period's end.",
                param="cancel_at",
            )
        found.update(cancel_at=moment, cancel_at_period_end=False, canceled_at=unit.now)
        found["cancellation_details"].update({"reason": "cancellation_requested", **details})
    else:
        found["cancellation_details"].update(details)


def _takes_end_back(params: dict[str, Any]) -> bool:
    is_unset = "cancel_at" in params and not params["cancel_at"]
    return is_unset or params.get("cancel_at_period_end") is False


def _change_trial(unit: Unit, found: StripeObject, params: dict[str, Any]) -> bool:
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
    if end <= unit.now:
        raise invalid_parameter("Invalid timestamp: must be in the future.", param="trial_end")
    found.update(trial_end=end, billing_cycle_anchor=end)
    found.pop("_is_end_announced", None)
    for item in found["items"]["data"]:
        item["current_period_end"] = end
    if found["cancel_at_period_end"]:
        found["cancel_at"] = end
    return False


@route("DELETE", "/v1/subscriptions/{subscription}", schema="subscription_cancel")
def cancel(unit: Unit, params: dict[str, Any], subscription: str) -> StripeObject:
    """End it now."""
    refuse(params, "invoice_now", "prorate")
    found = unit.get("subscription", subscription)
    if found["status"] in subscriptions.ENDED:
        raise no_such("subscription", subscription)
    details = {key: value for key, value in (params.get("cancellation_details") or {}).items() if value}
    return subscriptions.cancel_now(unit, found, details=details)


@route("GET", "/v1/subscriptions", schema="subscription_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Subscriptions; cancelled ones only with status `all`, `canceled` or `ended`."""
    refuse(params, "test_clock", "current_period_end", "current_period_start", "automatic_tax")
    where = Filter().created(params.get("created"))
    where.equals("collection_method", params.get("collection_method"))
    status = params.get("status")
    if status == "ended":
        where.add("json_extract(data, '$.status') IN ('canceled', 'incomplete_expired')")
    elif status is None:
        where.add("json_extract(data, '$.status') != 'canceled'")
    elif status != "all":
        where.equals("status", status)
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    price = params.get("price") or params.get("plan")
    if price:
        where.add(
            "EXISTS (SELECT 1 FROM json_each(data, '$.items.data') AS item"
            " WHERE json_extract(item.value, '$.price.id') = ?)",
            price,
        )
    return page(unit, "subscription", params, url="/v1/subscriptions", where=where)


@route("GET", "/v1/subscription_items/{item}", schema="subscription_item_retrieve")
def retrieve_item(unit: Unit, params: dict[str, Any], item: str) -> StripeObject:
    """One item."""
    where = (
        "EXISTS (SELECT 1 FROM json_each(data, '$.items.data') AS item WHERE json_extract(item.value, '$.id') = ?)"
    )
    for subscription in unit.select("subscription", where=where, values=[item]):
        for entry in subscription["items"]["data"]:
            if entry["id"] == item:
                return shown(entry)
    raise no_such("subscription_item", item, param="item")


@route("GET", "/v1/subscription_items", schema="subscription_item_list")
def list_items(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """The items of one subscription."""
    found = unit.get("subscription", params["subscription"], param="subscription", status=400)
    items = found["items"]["data"][: params.get("limit") or 10]
    return {
        "object": "list",
        "data": items,
        "has_more": len(items) < len(found["items"]["data"]),
        "url": "/v1/subscription_items",
    }
