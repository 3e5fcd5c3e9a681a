"""Routes that make, show, list and end subscriptions; `subscription_updates` changes them."""

from typing import Any

from stripe_sandbox.engine import discounts, endings, metered, payment_methods, resumption, subscriptions, tax
from stripe_sandbox.errors import ApiError, invalid, invalid_parameter, missing_parameter, no_such
from stripe_sandbox.resources.anchor_params import read_beginning
from stripe_sandbox.resources.item_params import check_quantity, read_added, wanted_price
from stripe_sandbox.resources.price_terms import order_terms
from stripe_sandbox.resources.subscription_checks import check_distinct, refuse_other_billing
from stripe_sandbox.resources.trial_params import check_end, end_after
from stripe_sandbox.resources.updates import merge_metadata, refuse
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

NOT_BUILT = (
    "application_fee_percent",
    "billing_schedules",
    "billing_thresholds",
    "on_behalf_of",
    "pending_invoice_item_interval",
    "transfer_data",
)
PLAIN = ("description", "days_until_due", "collection_method")


@route("POST", "/v1/subscriptions", schema="subscription_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A subscription with its first invoice."""
    refuse(params, *NOT_BUILT)
    refuse_other_billing(params)
    if not params.get("customer"):
        raise missing_parameter("customer")
    customer = unit.get("customer", params["customer"], param="customer", status=400)
    return subscriptions.create(unit, read_order(unit, params, customer=customer)).subscription


def read_order(unit: Unit, params: dict[str, Any], *, customer: StripeObject) -> subscriptions.Order:
    """What the parameters of a new subscription ask for. Raises ApiError for what cannot be."""
    items = _items(unit, params.get("items"))
    method = own_card(unit, params.get("default_payment_method"), customer_id=customer["id"])
    if params.get("payment_behavior") == "pending_if_incomplete":
        raise invalid_parameter(
            "`pending_if_incomplete` can only be used when updating a subscription.", param="payment_behavior"
        )
    currency = params.get("currency") or items[0][0]["currency"]
    trial_end = _trial_end(unit, params, items)
    return subscriptions.Order(
        customer=customer,
        items=items,
        currency=currency,
        added=read_added(unit, params.get("add_invoice_items"), path="add_invoice_items"),
        trial_end=trial_end,
        beginning=read_beginning(params, prices=[price for price, _, _ in items], trial_end=trial_end, now=unit.now),
        payment_behavior=params.get("payment_behavior") or "allow_incomplete",
        is_off_session=bool(params.get("off_session")),
        values={**_values(params, method), "default_tax_rates": _tax_rates(unit, params)},
        **order_terms(unit, params, customer_id=customer["id"], currency=currency, items=items),
    )


def _tax_rates(unit: Unit, params: dict[str, Any]) -> list[StripeObject]:
    rates = tax.resolve(unit, params.get("default_tax_rates"), param="default_tax_rates")
    is_automatic = bool((params.get("automatic_tax") or {}).get("enabled"))
    tax.check_combination(rates, is_automatic=is_automatic, param="default_tax_rates")
    return rates


def _items(unit: Unit, given: list[dict[str, Any]] | None) -> list[tuple[StripeObject, int | None, dict[str, str]]]:
    if not given:
        raise missing_parameter("items")
    items = []
    for index, entry in enumerate(given):
        refuse(entry, "billing_thresholds", "trial")
        price = wanted_price(unit, entry, prefix=f"items[{index}]")
        if price is None:
            raise missing_parameter(f"items[{index}][price]")
        quantity = entry.get("quantity")
        check_quantity(price, quantity, prefix=f"items[{index}]")
        items.append((price, metered.counted(price, quantity), entry.get("metadata") or {}))
    check_distinct([price["id"] for price, _, _ in items])
    return items


def own_card(unit: Unit, name: str | None, *, customer_id: str) -> StripeObject | None:
    """A card of this customer. Raises ApiError 400 for an unknown one or somebody else's."""
    if not name:
        return None
    method = unit.get("payment_method", name, param="default_payment_method", status=400)
    if method["customer"] != customer_id:
        raise payment_methods.not_attached(method, param="default_payment_method")
    return method


def _trial_end(
    unit: Unit, params: dict[str, Any], items: list[tuple[StripeObject, int | None, dict[str, str]]]
) -> int | None:
    days, end = params.get("trial_period_days"), params.get("trial_end")
    if days is not None and end is not None:
        raise ApiError("You may only specify one of these parameters: trial_end, trial_period_days.")
    if params.get("trial_from_plan") and days is None and end is None:
        days = max((price["recurring"]["trial_period_days"] or 0) for price, _, _ in items)
    if days:
        return end_after(days, now=unit.now)
    if end is None or end == "now":
        return None
    return check_end(end, now=unit.now)


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


@route("DELETE", "/v1/subscriptions/{subscription}", schema="subscription_cancel")
def cancel(unit: Unit, params: dict[str, Any], subscription: str) -> StripeObject:
    """End it now; on request with a credit for unused time and a last invoice of what waits."""
    found = unit.get("subscription", subscription)
    if found["status"] in subscriptions.ENDED:
        raise no_such("subscription", subscription)
    details = {key: value for key, value in (params.get("cancellation_details") or {}).items() if value}
    if params.get("prorate"):
        endings.credit_rest(unit, found)
    subscriptions.cancel_now(unit, found, details=details)
    if params.get("invoice_now"):
        endings.bill_rest(unit, found)
    return found


@route("POST", "/v1/subscriptions/{subscription}/resume", schema="subscription_resume")
def resume(unit: Unit, params: dict[str, Any], subscription: str) -> StripeObject:
    """Begin again after the pause that a trial without a card ended in."""
    found = unit.get("subscription", subscription)
    order = resumption.Resumption(
        keeps_anchor=params.get("billing_cycle_anchor") == "unchanged",
        proration_behavior=params.get("proration_behavior") or "create_prorations",
        proration_at=params.get("proration_date"),
    )
    resumption.resume(unit, found, order)
    return found


@route("POST", "/v1/subscriptions/{subscription}/migrate", schema="subscription_migrate")
def migrate(unit: Unit, params: dict[str, Any], subscription: str) -> StripeObject:
    """Documented: the subscription in the flexible billing mode, in which every one here is from its beginning.

    Assumed: that Stripe changes nothing then, and refuses none but an ended one.
    """
    refuse_other_billing(params)
    found = unit.get("subscription", subscription)
    if found["status"] in subscriptions.ENDED:
        raise invalid("A canceled subscription cannot be migrated.")
    return found


@route("DELETE", "/v1/subscriptions/{subscription}/discount")
def delete_discount(unit: Unit, params: dict[str, Any], subscription: str) -> StripeObject:
    """End the subscription's discounts."""
    return discounts.remove_from(unit, unit.get("subscription", subscription))


@route("GET", "/v1/subscriptions", schema="subscription_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Subscriptions; cancelled ones only with status `all`, `canceled` or `ended`."""
    refuse(params, "current_period_end", "current_period_start", "automatic_tax")
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
