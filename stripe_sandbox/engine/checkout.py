"""Decides what a checkout session is and how it is completed; `checkout_payment` takes the money."""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import accounts, checkout_totals, customers, intents, price_amounts
from stripe_sandbox.engine.checkout_totals import is_trial
from stripe_sandbox.errors import invalid
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, render

LIFETIME_SECONDS = 86400
SHORTEST_SECONDS = 1800
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
    session.update(
        created=unit.now,
        expires_at=expires_at or unit.now + LIFETIME_SECONDS,
        url=f"{unit.base_url}/c/pay/{session['id']}",
        _line_items=lines,
    )
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
    unit.unschedule("checkout_expiry", session["id"])
    if session.get("_intent"):
        intent = unit.get("payment_intent", session["_intent"])
        if intent["status"] in intents.OPEN:
            intents.cancel(unit, intent, reason="abandoned")
    unit.emit("checkout.session.expired", session)
    return session


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
    if (session["consent_collection"] or {}).get("terms_of_service") == "required":
        session["consent"] = {"promotions": None, "terms_of_service": "accepted"}
    unit.unschedule("checkout_expiry", session["id"])
    unit.emit("checkout.session.completed", session)


def success_url(session: StripeObject) -> str | None:
    """Where the browser goes: the placeholder filled in."""
    url = session["success_url"]
    return None if url is None else str(url).replace(PLACEHOLDER, session["id"])
