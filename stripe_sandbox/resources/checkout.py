"""Routes of checkout sessions."""

from typing import Any

from stripe_sandbox.engine import checkout, checkout_details, checkout_totals, discounts, tax
from stripe_sandbox.errors import invalid
from stripe_sandbox.resources.checkout_checks import check, expiry
from stripe_sandbox.resources.checkout_lines import read_lines
from stripe_sandbox.resources.checkout_values import read_values
from stripe_sandbox.resources.updates import refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route


@route("POST", "/v1/checkout/sessions", schema="checkout/session_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """An open session with its page."""
    mode = params.get("mode")
    values = read_values(params, str(mode))
    check(unit, params, mode)
    lines = [] if mode == "setup" else read_lines(unit, params, mode)
    currency = params.get("currency") or (lines[0]["currency"] if lines else None)
    return checkout.create(
        unit,
        mode=str(mode),
        lines=lines,
        currency=currency,
        expires_at=expiry(unit, params.get("expires_at")),
        values={**values, **_price_terms(unit, params, lines, currency=currency)},
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


@route("GET", "/v1/checkout/sessions/{session}", schema="checkout/session_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], session: str) -> StripeObject:
    """One session."""
    return unit.get("checkout.session", session, param="session")


@route("POST", "/v1/checkout/sessions/{session}", schema="checkout/session_update")
def update(unit: Unit, params: dict[str, Any], session: str) -> StripeObject:
    """Change a session's metadata, and where it is open what was collected for its shipping."""
    refuse(params, "line_items", "shipping_options")
    found = unit.get("checkout.session", session, param="session")
    details = (params.get("collected_information") or {}).get("shipping_details")
    if details is not None:
        if found["status"] != "open":
            raise invalid(f"This Checkout Session cannot be updated: its status is {found['status']}.")
        found["collected_information"]["shipping_details"] = checkout_details.shipping(details)
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
