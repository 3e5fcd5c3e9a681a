"""Routes of checkout sessions."""

from typing import Any

from stripe_sandbox.engine import checkout, checkout_totals, discounts, tax
from stripe_sandbox.engine.prices import create_price
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter, not_built
from stripe_sandbox.resources.checkout_checks import check, expiry
from stripe_sandbox.resources.updates import merge_metadata, refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

NOT_BUILT = (
    "after_expiration",
    "custom_fields",
    "managed_payments",
    "optional_items",
    "payment_method_data",
    "permissions",
    "return_url",
    "shipping_address_collection",
    "shipping_options",
)
PLAIN = (
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "consent_collection",
    "customer",
    "customer_email",
    "locale",
    "submit_type",
    "success_url",
)
PRIVATE = (
    "customer_update",
    "payment_intent_data",
    "setup_intent_data",
    "subscription_data",
    "tax_id_collection",
)


@route("POST", "/v1/checkout/sessions", schema="checkout/session_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """An open session with its page."""
    refuse(params, *NOT_BUILT)
    mode = params.get("mode")
    check(unit, params, mode)
    lines = [] if mode == "setup" else _lines(unit, params, mode)
    currency = params.get("currency") or (lines[0]["currency"] if lines else None)
    return checkout.create(
        unit,
        mode=str(mode),
        lines=lines,
        currency=currency,
        expires_at=expiry(unit, params.get("expires_at")),
        values={**_values(params, str(mode)), **_price_terms(unit, params, lines, currency=currency)},
    )


def _price_terms(
    unit: Unit, params: dict[str, Any], lines: list[dict[str, Any]], *, currency: str | None
) -> dict[str, Any]:
    """The keys that change the sum: discounts, and tax rates by line."""
    redeemed = discounts.read(
        unit,
        params.get("discounts"),
        path="discounts",
        customer_id=params.get("customer"),
        currency=currency or "",
        amount_minor=sum(line["amount_subtotal"] for line in lines),
    )
    tax.resolve(
        unit,
        (params.get("subscription_data") or {}).get("default_tax_rates"),
        param="subscription_data[default_tax_rates]",
    )
    rates = {}
    for index, (line, entry) in enumerate(zip(lines, params.get("line_items") or [], strict=True)):
        found = tax.resolve(unit, entry.get("tax_rates"), param=f"line_items[{index}][tax_rates]")
        rates[line["id"]] = [rate["id"] for rate in found]
    return {"discounts": checkout_totals.show(redeemed), "_line_tax_rates": rates}


def _lines(unit: Unit, params: dict[str, Any], mode: str | None) -> list[dict[str, Any]]:
    given = params.get("line_items")
    if not given:
        raise missing_parameter("line_items")
    lines = []
    for index, entry in enumerate(given):
        refuse(entry, "adjustable_quantity", "dynamic_tax_rates")
        price = _price(unit, entry, index=index)
        if mode == "payment" and price["recurring"] is not None:
            raise invalid_parameter(
                "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode "
                "or use only one-time prices.",
                param=f"line_items[{index}][price]",
            )
        if mode == "subscription" and price["recurring"] is None:
            raise not_built(f"line_items[{index}][price] of type one_time")
        currency = params.get("currency") or price["currency"]
        lines.append(checkout.line_item(unit, price, quantity=_quantity(entry, index=index), currency=currency))
    if mode == "subscription" and not any(line["price"]["recurring"] for line in lines):
        raise ApiError("You must provide at least one recurring price in `subscription` mode.")
    return lines


def _quantity(entry: dict[str, Any], *, index: int) -> int:
    quantity = entry.get("quantity")
    if quantity is None:
        raise ApiError(
            "Quantity is required. Add `quantity` to `line_items[" + str(index) + "]`.",
            param=f"line_items[{index}][quantity]",
        )
    if quantity < 1:
        raise invalid_parameter(
            "This value must be greater than or equal to 1.",
            param=f"line_items[{index}][quantity]",
            code="parameter_invalid_integer",
        )
    return int(quantity)


def _price(unit: Unit, entry: dict[str, Any], *, index: int) -> StripeObject:
    if entry.get("price_data"):
        data = dict(entry["price_data"])
        if not data.get("product"):
            raise not_built(f"line_items[{index}][price_data][product_data]")
        return create_price(unit, data)
    if not entry.get("price"):
        raise missing_parameter(f"line_items[{index}][price]")
    price = unit.get("price", entry["price"], param=f"line_items[{index}][price]", status=400)
    if not price["active"]:
        raise invalid_parameter(
            f"The price specified is inactive. This field only accepts active prices. ({price['id']})",
            param=f"line_items[{index}][price]",
        )
    return price


def _values(params: dict[str, Any], mode: str) -> dict[str, Any]:
    values: dict[str, Any] = {key: params[key] for key in PLAIN if params.get(key) is not None}
    values.update({f"_{key}": params[key] for key in PRIVATE if params.get(key)})
    values["metadata"] = merge_metadata({}, params.get("metadata") or {})
    is_payment = mode == "payment"
    if is_payment:
        values["customer_creation"] = None if params.get("customer") else _creation(params)
        values["invoice_creation"] = {
            "enabled": False,
            "invoice_data": {
                "account_tax_ids": None,
                "custom_fields": None,
                "description": None,
                "footer": None,
                "issuer": None,
                "metadata": {},
                "rendering_options": None,
            },
        }
        if (params.get("invoice_creation") or {}).get("enabled"):
            raise not_built("invoice_creation")
    elif mode == "subscription" and not params.get("customer"):
        values["customer_creation"] = "always"
    values["payment_method_collection"] = params.get("payment_method_collection") or (
        "if_required" if is_payment else "always"
    )
    if params.get("payment_method_types"):
        values["payment_method_types"] = params["payment_method_types"]
    if (params.get("automatic_tax") or {}).get("enabled"):
        values["automatic_tax"] = {
            "enabled": True,
            "liability": {"type": "self"},
            "provider": "stripe",
            "status": "requires_location_inputs",
        }
    if (params.get("phone_number_collection") or {}).get("enabled"):
        values["phone_number_collection"] = {"enabled": True}
    if params.get("tax_id_collection"):
        values["tax_id_collection"] = {
            "enabled": params["tax_id_collection"].get("enabled", False),
            "required": params["tax_id_collection"].get("required") or "never",
        }
    if params.get("custom_text"):
        values["custom_text"] = {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
            **params["custom_text"],
        }
    return values


def _creation(params: dict[str, Any]) -> str:
    return str(params.get("customer_creation") or "if_required")


@route("GET", "/v1/checkout/sessions/{session}", schema="checkout/session_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], session: str) -> StripeObject:
    """One session."""
    return unit.get("checkout.session", session, param="session")


@route("POST", "/v1/checkout/sessions/{session}", schema="checkout/session_update")
def update(unit: Unit, params: dict[str, Any], session: str) -> StripeObject:
    """Change a session's metadata."""
    refuse(params, "collected_information", "line_items", "shipping_options")
    found = unit.get("checkout.session", session, param="session")
    take(found, params)
    return found


@route("POST", "/v1/checkout/sessions/{session}/expire", schema="checkout/session_expire")
def expire(unit: Unit, params: dict[str, Any], session: str) -> StripeObject:
    """Close an open session."""
    return checkout.expire(unit, unit.get("checkout.session", session, param="session"))


@route("GET", "/v1/checkout/sessions/{session}/line_items", schema="checkout/session_list_line_items")
def line_items(unit: Unit, params: dict[str, Any], session: str) -> StripeObject:
    """The session's lines."""
    found = unit.get("checkout.session", session, param="session")
    lines = found["_line_items"][: params.get("limit") or 10]
    return {
        "object": "list",
        "data": lines,
        "has_more": len(lines) < len(found["_line_items"]),
        "url": f"/v1/checkout/sessions/{session}/line_items",
    }


@route("GET", "/v1/checkout/sessions", schema="checkout/session_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Sessions by customer, status, subscription, payment intent."""
    where = Filter().created(params.get("created"))
    for key in ("payment_intent", "status", "subscription"):
        where.equals(key, params.get(key))
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    where.equals("customer_details.email", (params.get("customer_details") or {}).get("email"))
    return page(unit, "checkout.session", params, url="/v1/checkout/sessions", where=where)
