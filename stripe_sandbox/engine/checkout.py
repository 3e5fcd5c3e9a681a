"""Decides what a checkout session is and how it is completed; `checkout_payment` takes the money."""

import json
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import (
    accounts,
    checkout_details,
    checkout_totals,
    customers,
    intents,
    price_amounts,
)
from stripe_sandbox.engine.checkout_totals import is_trial
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, dump, render

LIFETIME_SECONDS = 86400
SHORTEST_SECONDS = 1800
RECOVERY_SECONDS = 30 * LIFETIME_SECONDS
PLACEHOLDER = "{CHECKOUT_SESSION_ID}"


def line_item(unit: Unit, price: StripeObject, *, quantity: int | None, currency: str) -> dict[str, Any]:
    """One line of a session, with its price as it is now; usage, which has no quantity, costs nothing yet."""
    amount = 0 if quantity is None else price_amounts.amount_minor(price, quantity=quantity, currency=currency)
    return {
        "id": "li_1" + ids.random_text(23),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": currency,
        "description": unit.get("product", price["product"])["name"],
        "metadata": {},
        "price": render(price),
        "quantity": quantity,
    }


def create(
    unit: Unit,
    *,
    mode: str,
    lines: list[dict[str, Any]],
    currency: str | None,
    expires_at: int | None,
    values: dict[str, Any],
) -> StripeObject:
    """An open session. `values` are its plain keys; private ones (underscored) carry what completion needs."""
    session = blank("checkout.session", id=ids.new_checkout_id(mode=mode), mode=mode, currency=currency)
    session.update(values)
    session["branding_settings"]["display_name"] = accounts.merchant_name(unit)
    session["branding_settings"].update(session.pop("_branding", {}))
    session.update(
        created=unit.now,
        expires_at=expires_at or unit.now + LIFETIME_SECONDS,
        url=f"{unit.base_url}/c/pay/{session['id']}",
        _line_items=lines,
    )
    if session["ui_mode"] != "hosted_page":
        session.update(url=None, client_secret=f"{session['id']}_secret_{ids.random_text(56)}")
    session["customer_details"] = _details(unit, session)
    unit.add(session)
    if mode == "setup":
        _begin_setup(unit, session)
    else:
        checkout_totals.recompute(unit, session)
        is_free = due_now_minor(session) == 0
        if mode == "subscription" and session["payment_method_collection"] == "if_required" and is_free:
            session["payment_status"] = "no_payment_required"
    unit.schedule("checkout_expiry", session["id"], due_at=session["expires_at"])
    return session


def _begin_setup(unit: Unit, session: StripeObject) -> None:
    session.update(
        payment_status="no_payment_required",
        discounts=None,
        total_details=None,
        saved_payment_method_options=None,
        adaptive_pricing={"enabled": False},
    )
    data = session.get("_setup_intent_data") or {}
    setup = intents.create_setup(
        unit,
        customer=session["customer"],
        metadata=data.get("metadata") or {},
        description=data.get("description"),
        usage="off_session",
    )
    setup["_checkout"] = session["id"]
    session["setup_intent"] = setup["id"]


def _details(unit: Unit, session: StripeObject) -> dict[str, Any] | None:
    email = session["customer_email"]
    if session["customer"] is not None:
        email = unit.get("customer", session["customer"])["email"]
    if email is None and session["customer"] is None:
        return None
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": None if session["mode"] == "setup" else "none",
        "tax_ids": None,
    }


def trial_end_of(session: StripeObject, *, now: int) -> int | None:
    """When the trial would end if the session were completed now."""
    data = session.get("_subscription_data") or {}
    if data.get("trial_end"):
        return int(data["trial_end"])
    if data.get("trial_period_days"):
        return now + int(data["trial_period_days"]) * 86400
    return None


def due_now_minor(session: StripeObject) -> int:
    """What the customer pays on the page: nothing in a trial or when only a card is set up."""
    if session["mode"] == "setup":
        return 0
    lines = session["_line_items"]
    if is_trial(session):
        lines = [line for line in lines if line["price"]["recurring"] is None]
    return sum(line["amount_total"] for line in lines)


def needs_card(session: StripeObject) -> bool:
    """Whether the page must ask for a card."""
    if due_now_minor(session) > 0 or session["mode"] == "setup":
        return True
    return bool(session["payment_method_collection"] == "always")


def expire(unit: Unit, session: StripeObject) -> StripeObject:
    """Close an open session. Raises ApiError for one that is not open."""
    if session["status"] != "open":
        raise invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of {session['status']}."
        )
    session.update(status="expired", url=None)
    recovery = (session["after_expiration"] or {}).get("recovery") or {}
    if recovery.get("enabled"):
        page = f"{unit.base_url}/c/recover/{session['id']}"
        recovery.update(expires_at=unit.now + RECOVERY_SECONDS, url=page)
    unit.unschedule("checkout_expiry", session["id"])
    if session.get("_intent"):
        intent = unit.get("payment_intent", session["_intent"])
        if intent["status"] in intents.OPEN:
            intents.cancel(unit, intent, reason="abandoned")
    unit.emit("checkout.session.expired", session)
    return session


def recover(unit: Unit, session: StripeObject) -> StripeObject:
    """A new session for the order of an expired one. Raises ApiError 410 where none is to be had (any more)."""
    recovery = (session["after_expiration"] or {}).get("recovery") or {}
    if recovery.get("url") is None or recovery["expires_at"] <= unit.now:
        raise ApiError("This order can no longer be taken up again.", status=410)
    own = {"id", "url", "status", "created", "expires_at", "client_secret", "_error", "_intent", "_setup", "_method"}
    copied = {key: value for key, value in session.items() if key not in own}
    made = blank("checkout.session", id=ids.new_checkout_id(mode=session["mode"]))
    made.update(json.loads(dump(copied)))
    made.update(
        after_expiration=None,
        allow_promotion_codes=session["allow_promotion_codes"] or recovery["allow_promotion_codes"] or None,
        created=unit.now,
        expires_at=unit.now + LIFETIME_SECONDS,
        recovered_from=session["id"],
        url=f"{unit.base_url}/c/pay/{made['id']}",
    )
    unit.add(made)
    unit.schedule("checkout_expiry", made["id"], due_at=made["expires_at"])
    return made


def change_quantity(unit: Unit, session: StripeObject, *, line_id: str, quantity: int) -> None:
    """Set the quantity of an adjustable line; the sums follow. Raises ApiError for one outside its bounds.

    A line whose quantity becomes 0 is taken out, as long as another one is left.
    """
    if session["status"] != "open":
        raise ApiError("This checkout is closed.", status=410)
    lines = session["_line_items"]
    line = next((each for each in lines if each["id"] == line_id and each["adjustable_quantity"]), None)
    if line is None:
        raise ApiError("This quantity cannot be changed.", status=403)
    bounds = line["adjustable_quantity"]
    if not bounds["minimum"] <= quantity <= bounds["maximum"]:
        raise invalid(f"Choose a number from {bounds['minimum']} to {bounds['maximum']}.", param="quantity")
    if quantity == 0 and len(lines) == 1:
        raise invalid("The order needs at least one.", param="quantity")
    if quantity == 0:
        lines.remove(line)
    else:
        price = unit.get("price", line["price"]["id"])
        amount = price_amounts.amount_minor(price, quantity=quantity, currency=session["currency"])
        line.update(quantity=quantity, amount_subtotal=amount)
    checkout_totals.recompute(unit, session)


def expire_when_due(unit: Unit, session_id: str) -> None:
    """Timer: nobody completed the session in time."""
    session = unit.get("checkout.session", session_id)
    if session["status"] == "open":
        expire(unit, session)


def customer_for(unit: Unit, session: StripeObject, *, is_needed: bool) -> StripeObject | None:
    """The customer who completes the session: the session's own, or a new one from what was entered."""
    if session["customer"] is not None:
        customer = unit.get("customer", session["customer"])
        _take_over(unit, session, customer)
        return customer
    if not is_needed:
        return None
    entry = session.get("_entry") or {}
    customer = customers.create(
        unit,
        email=entry.get("email") or session["customer_email"],
        name=entry.get("name"),
        phone=entry.get("phone"),
        address=entry.get("address"),
    )
    session["customer"] = customer["id"]
    return customer


def _take_over(unit: Unit, session: StripeObject, customer: StripeObject) -> None:
    """`customer_update` says which of the entered details replace the customer's own."""
    entry = session.get("_entry") or {}
    wanted = session.get("_customer_update") or {}
    for key in ("name", "address"):
        if wanted.get(key) == "auto" and entry.get(key):
            customer[key] = entry[key]
    unit.emit("customer.updated", customer)


def complete(unit: Unit, session: StripeObject, *, payment_status: str) -> None:
    """Close the session as done, with its event. The placeholder in success_url stays as it is."""
    entry = session.get("_entry") or {}
    details = session["customer_details"] or _details(unit, {**session, "customer_email": entry.get("email")})
    if details is not None:
        for key in ("email", "name", "phone", "address"):
            details[key] = entry.get(key) or details[key]
        if entry.get("tax_id"):
            details["tax_ids"] = [{"type": "unknown", "value": entry["tax_id"]}]
    session.update(status="complete", payment_status=payment_status, url=None, customer_details=details)
    if session["automatic_tax"]["enabled"]:
        session["automatic_tax"]["status"] = "complete"
    customer = unit.get("customer", session["customer"]) if session["customer"] else None
    checkout_details.keep(unit, session, customer=customer)
    unit.unschedule("checkout_expiry", session["id"])
    unit.emit("checkout.session.completed", session)


def success_url(session: StripeObject) -> str | None:
    """Where the browser goes: the placeholder filled in."""
    url = session["success_url"] or session.get("return_url")
    return None if url is None else str(url).replace(PLACEHOLDER, session["id"])
