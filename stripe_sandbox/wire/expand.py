"""Decides which ids in an answer are replaced by their objects, and which keys exist only when asked for."""

import json
from collections.abc import Callable
from typing import Any

from stripe_sandbox.engine import cash_balances, checkout_breakdowns, tax_ids
from stripe_sandbox.errors import ApiError
from stripe_sandbox.store.unit import StripeObject, Unit, dump, render

DEEPEST = 4

# Which kind of object the id under a key names.
TARGETS = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "configuration": "billing_portal.configuration",
    "coupon": "coupon",
    "credit_note": "credit_note",
    "customer": "customer",
    "customer_balance_transaction": "customer_balance_transaction",
    "default_payment_method": "payment_method",
    "default_price": "price",
    "discount": "discount",
    "discounts": "discount",
    "dispute": "dispute",
    "failure_balance_transaction": "balance_transaction",
    "invoice": "invoice",
    "latest_charge": "charge",
    "latest_invoice": "invoice",
    "mandate": "mandate",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "pending_setup_intent": "setup_intent",
    "price": "price",
    "product": "product",
    "schedule": "subscription_schedule",
    "promotion_code": "promotion_code",
    "setup_intent": "setup_intent",
    "refund": "refund",
    "subscription": "subscription",
}


# What moved the money of a balance entry is named by its id alone.
_SOURCES = {"ch_": "charge", "re_": "refund", "dp_": "dispute"}


def empty_list(url: str, *, has_count: bool = False) -> dict[str, Any]:
    """A list object with nothing in it."""
    body: dict[str, Any] = {"object": "list", "data": [], "has_more": False, "url": url}
    if has_count:
        body["total_count"] = 0
    return body


def _payments(unit: Unit, invoice: StripeObject) -> dict[str, Any]:
    body = empty_list("/v1/invoices/payments")
    stored = unit.get("invoice", invoice["id"]) if not invoice["id"].startswith("upcoming") else {}
    if "_payment" in stored:
        body["data"] = [shown(unit.get("invoice_payment", stored["_payment"]))]
    return body


def _paid_elsewhere(unit: Unit, invoice: StripeObject) -> int:
    stored = unit.find("invoice", invoice["id"]) or {}
    return int(stored.get("_paid_elsewhere", 0))


def _confirmation_secret(unit: Unit, invoice: StripeObject) -> dict[str, Any] | None:
    stored = unit.get("invoice", invoice["id"])
    if "_intent" not in stored:
        return None
    secret = unit.get("payment_intent", stored["_intent"])["client_secret"]
    return {"client_secret": secret, "type": "payment_intent"}


def _subscriptions(unit: Unit, customer: StripeObject) -> dict[str, Any]:
    body = empty_list(f"/v1/customers/{customer['id']}/subscriptions", has_count=True)
    where = "customer = ? AND json_extract(data, '$.status') NOT IN ('canceled', 'incomplete_expired')"
    body["data"] = [shown(found) for found in unit.select("subscription", where=where, values=[customer["id"]])]
    body["total_count"] = len(body["data"])
    return body


def _refunds(unit: Unit, charge: StripeObject) -> dict[str, Any]:
    body = empty_list(f"/v1/charges/{charge['id']}/refunds", has_count=True)
    found = unit.select("refund", where="json_extract(data, '$.charge') = ?", values=[charge["id"]])
    body.update(data=[shown(refund) for refund in found], total_count=len(found))
    return body


def _tax_ids(unit: Unit, customer: StripeObject) -> dict[str, Any]:
    body = empty_list(f"/v1/customers/{customer['id']}/tax_ids", has_count=True)
    body["data"] = [shown(found) for found in tax_ids.of_customer(unit, customer["id"])]
    body["total_count"] = len(body["data"])
    return body


def _cash_balance(unit: Unit, customer: StripeObject) -> dict[str, Any]:
    return cash_balances.of_customer(unit.get("customer", customer["id"]))


def _tax(unit: Unit, customer: StripeObject) -> dict[str, Any]:
    has_place = bool(customer["address"] and customer["address"].get("country"))
    return {
        "automatic_tax": "not_collecting" if has_place else "unrecognized_location",
        "ip_address": None,
        "location": None,
        "provider": "stripe",
    }


def _line_items(unit: Unit, session: StripeObject) -> dict[str, Any]:
    body = empty_list(f"/v1/checkout/sessions/{session['id']}/line_items")
    items = unit.get("checkout.session", session["id"])["_line_items"]
    body["data"] = json.loads(dump(items))
    return body


def _currency_options(unit: Unit, price: StripeObject) -> dict[str, Any]:
    stored = unit.get("price", price["id"])
    own = {**price, "tiers": stored.get("_tiers")}
    options = {price["currency"]: own, **stored.get("_currency_options", {})}
    return {currency: _option(option) for currency, option in options.items()}


def _option(option: dict[str, Any]) -> dict[str, Any]:
    amount, exact = option["unit_amount"], option.get("unit_amount_decimal")
    shown_option = {
        "custom_unit_amount": None,
        "tax_behavior": option.get("tax_behavior") or "unspecified",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount) if exact is None and amount is not None else exact,
    }
    return {**shown_option, "tiers": option["tiers"]} if option.get("tiers") else shown_option


def _coupon_products(unit: Unit, coupon: StripeObject) -> dict[str, Any] | None:
    products = (unit.find("coupon", coupon["id"]) or {}).get("_products")
    return None if products is None else {"products": products}


def _coupon_currencies(unit: Unit, coupon: StripeObject) -> dict[str, Any] | None:
    if coupon["amount_off"] is None:
        return None
    amounts = {coupon["currency"]: coupon["amount_off"]}
    amounts |= (unit.find("coupon", coupon["id"]) or {}).get("_currency_options", {})
    return {currency: {"amount_off": amount} for currency, amount in amounts.items()}


VIRTUAL: dict[tuple[str, str], Callable[[Unit, StripeObject], Any]] = {
    ("invoice", "amount_paid_off_stripe"): _paid_elsewhere,
    ("invoice", "payments"): _payments,
    ("invoice", "confirmation_secret"): _confirmation_secret,
    ("customer", "cash_balance"): _cash_balance,
    ("customer", "tax"): _tax,
    ("customer", "invoice_credit_balance"): lambda _unit, _customer: {},
    ("customer", "sources"): lambda _unit, customer: empty_list(f"/v1/customers/{customer['id']}/sources"),
    ("customer", "subscriptions"): _subscriptions,
    ("customer", "tax_ids"): _tax_ids,
    ("charge", "refunds"): _refunds,
    ("checkout.session", "line_items"): _line_items,
    ("coupon", "applies_to"): _coupon_products,
    ("coupon", "currency_options"): _coupon_currencies,
    ("price", "currency_options"): _currency_options,
    ("price", "tiers"): lambda unit, price: (unit.find("price", price["id"]) or {}).get("_tiers"),
    ("item", "discounts"): lambda unit, item: checkout_breakdowns.of_line(unit, item["id"])["discounts"],
    ("item", "taxes"): lambda unit, item: checkout_breakdowns.of_line(unit, item["id"])["taxes"],
}


def shown(thing: StripeObject) -> StripeObject:
    """A copy for the answer, without private keys; changing it changes no state."""
    copy: StripeObject = json.loads(dump(render(thing)))
    return copy


def expand(unit: Unit, answer: StripeObject, *, paths: list[str]) -> StripeObject:
    """Fill the answer in place along these paths. Raises ApiError for a path that leads nowhere."""
    if answer.get("deleted"):
        return answer  # What is left of a deleted object has nothing to expand.
    for path in paths:
        parts = path.split(".")
        levels = [part for part in parts if part != "data"]
        if len(levels) > DEEPEST:
            raise ApiError(
                f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}", param="expand"
            )
        _expand(unit, answer, parts, path=path)
    return answer


def _portal_products(unit: Unit, configuration: StripeObject) -> None:
    stored = unit.get("billing_portal.configuration", configuration["id"])
    products = json.loads(dump(stored.get("_products", [])))
    configuration["features"]["subscription_update"]["products"] = products


def _expand(unit: Unit, node: Any, parts: list[str], *, path: str) -> None:
    if isinstance(node, list):
        for child in node:
            _expand(unit, child, parts, path=path)
        return
    if not parts or node is None:
        return
    if not isinstance(node, dict):
        raise _dead_end(path)
    key, rest = parts[0], parts[1:]
    kind = str(node.get("object", ""))
    if kind == "billing_portal.configuration" and parts[:3] == ["features", "subscription_update", "products"]:
        _portal_products(unit, node)
    if kind == "checkout.session" and parts[:2] == ["total_details", "breakdown"]:
        stored = unit.get(kind, node["id"])
        node["total_details"]["breakdown"] = shown(checkout_breakdowns.of_session(unit, stored))
    if (kind, key) in VIRTUAL and key not in node:
        node[key] = VIRTUAL[(kind, key)](unit, node)
    elif key not in node:
        raise _dead_end(path)
    if isinstance(node[key], str):
        node[key] = _load(unit, key, node[key], path=path)
    elif isinstance(node[key], list) and key in TARGETS:
        node[key] = [_load(unit, key, each, path=path) if isinstance(each, str) else each for each in node[key]]
    _expand(unit, node[key], rest, path=path)


def _load(unit: Unit, key: str, object_id: str, *, path: str) -> StripeObject:
    kind = _SOURCES.get(object_id[:3]) if key == "source" else TARGETS.get(key)
    found = unit.find(kind, object_id) if kind else None
    if found is None:
        raise _dead_end(path)
    # A discount goes on showing the coupon that made it when that is deleted.
    if found.get("_is_deleted") and found["object"] != "coupon":
        return {"id": object_id, "object": found["object"], "deleted": True}
    return shown(found)


def _dead_end(path: str) -> ApiError:
    return ApiError(
        f"This property cannot be expanded ({path}). You may want to try expanding 'data.{path}' if you are "
        "expanding a list.",
        param="expand",
    )
