"""Decides how an open checkout session is paid: by charge, by a subscription's first charge, or by saving a card."""

from typing import Any

from stripe_sandbox.engine import (
    checkout,
    checkout_details,
    checkout_invoices,
    checkout_totals,
    collection,
    discounts,
    intents,
    payment_methods,
    subscriptions,
    tax,
)
from stripe_sandbox.engine.intents import Result
from stripe_sandbox.store.unit import StripeObject, Unit


def submit(unit: Unit, session: StripeObject, method: StripeObject | None) -> Result:
    """Try to complete the session with this card (None when no card is needed).

    A decline leaves the session open; "requires_action" waits for the customer and `resume`.
    """
    if method is None:
        _finish(unit, session, method=None, paid=None)
        return Result(status="succeeded")
    session["_method"] = method["id"]
    if session["mode"] == "setup":
        return _save_card(unit, session, method, setup_id=session["setup_intent"])
    if checkout.due_now_minor(session) == 0:
        return _save_card(unit, session, method, setup_id=_setup_for(unit, session))
    intent = _intent_for(unit, session)
    result = collection.confirm_intent(unit, intent, method, return_url=_page(unit, session))
    _follow(unit, session, method, result, paid=intent)
    return result


def resume(unit: Unit, session: StripeObject, *, intent: StripeObject) -> Result:
    """The customer passed 3-D Secure: go on where `submit` stopped."""
    method = unit.get("payment_method", session["_method"])
    if intent["object"] == "payment_intent":
        result = collection.confirm_intent(unit, intent, method, is_authenticated=True)
        _follow(unit, session, method, result, paid=intent)
    else:
        result = intents.confirm_setup(unit, intent, method, is_authenticated=True)
        _follow(unit, session, method, result, paid=None)
    return result


def _page(unit: Unit, session: StripeObject) -> str:
    return f"{unit.base_url}/c/pay/{session['id']}"


def _save_card(unit: Unit, session: StripeObject, method: StripeObject, *, setup_id: str) -> Result:
    setup = unit.get("setup_intent", setup_id)
    result = intents.confirm_setup(unit, setup, method, return_url=_page(unit, session))
    _follow(unit, session, method, result, paid=None)
    return result


def _setup_for(unit: Unit, session: StripeObject) -> str:
    """A trial's card is saved through a setup intent of its own, the same one for each try."""
    if "_setup" not in session:
        setup = intents.create_setup(unit, customer=session["customer"], usage="off_session")
        setup["_checkout"] = session["id"]
        session["_setup"] = setup["id"]
    setup_id: str = session["_setup"]
    return setup_id


def _intent_for(unit: Unit, session: StripeObject) -> StripeObject:
    if session.get("_intent"):
        intent = unit.get("payment_intent", session["_intent"])
        # A code that was entered after a declined try changes what is due.
        intent["amount"] = checkout.due_now_minor(session)
        return intent
    data = session.get("_payment_intent_data") or {}
    is_subscription = session["mode"] == "subscription"
    intent = intents.create_payment(
        unit,
        amount=checkout.due_now_minor(session),
        currency=session["currency"],
        customer=session["customer"],
        description="Subscription creation" if is_subscription else data.get("description"),
        metadata=data.get("metadata") or {},
        setup_future_usage="off_session" if is_subscription else data.get("setup_future_usage"),
        capture_method=data.get("capture_method") or "automatic",
        receipt_email=data.get("receipt_email"),
        shipping=_shipping(session, data),
        statement_descriptor=data.get("statement_descriptor"),
        statement_descriptor_suffix=data.get("statement_descriptor_suffix"),
    )
    intent["_checkout"] = session["id"]
    session["_intent"] = intent["id"]
    return intent


def _shipping(session: StripeObject, data: dict[str, Any]) -> dict[str, Any] | None:
    """Where the order goes: what the shop gave, else what is entered on the page."""
    entered = (session.get("_entry") or {}).get("shipping")
    given = data.get("shipping") or entered
    if not given:
        return None
    more = {key: given.get(key) for key in ("carrier", "phone", "tracking_number")}
    return {**checkout_details.shipping(given), **more}


def _follow(
    unit: Unit, session: StripeObject, method: StripeObject, result: Result, *, paid: StripeObject | None
) -> None:
    if result.status in {"succeeded", "requires_capture"}:
        session.pop("_error", None)
        _finish(unit, session, method=method, paid=paid)
    elif result.error is not None:
        session["_error"] = result.error.body(request_id="")["error"]


def _finish(unit: Unit, session: StripeObject, *, method: StripeObject | None, paid: StripeObject | None) -> None:
    makes_invoice = bool((session["invoice_creation"] or {}).get("enabled"))
    is_needed = session["mode"] == "subscription" or session["customer_creation"] == "always" or makes_invoice
    customer = checkout.customer_for(unit, session, is_needed=is_needed)
    keeps_card = session["mode"] != "payment" or bool(paid and paid["setup_future_usage"])
    if customer is not None:
        if paid is not None:
            _hand_payment_to(unit, paid, customer)
        if method is not None and keeps_card:
            payment_methods.attach(unit, method, customer=customer, is_checked=False)
    if session["mode"] == "subscription" and customer is not None:
        _subscribe(unit, session, customer=customer, method=method, paid=paid)
    if session["mode"] == "payment" and paid is not None:
        session["payment_intent"] = paid["id"]
    if session["mode"] == "payment" and makes_invoice and customer is not None:
        checkout_invoices.make_invoice(unit, session, customer=customer, paid=paid)
    elif session["mode"] == "payment":
        for each in checkout_totals.wanted(unit, session):
            discounts.grant(unit, each, checkout_session=session["id"], customer=session["customer"])
    checkout.complete(unit, session, payment_status="paid" if paid is not None else "no_payment_required")


def _hand_payment_to(unit: Unit, paid: StripeObject, customer: StripeObject) -> None:
    """The money came before the customer existed: intent and charge are theirs from now on."""
    if paid["customer"] is None:
        paid["customer"] = customer["id"]
        if paid["latest_charge"]:
            unit.get("charge", paid["latest_charge"])["customer"] = customer["id"]


def _subscribe(
    unit: Unit,
    session: StripeObject,
    *,
    customer: StripeObject,
    method: StripeObject | None,
    paid: StripeObject | None,
) -> None:
    data: dict[str, Any] = session.get("_subscription_data") or {}
    values: dict[str, Any] = {
        "metadata": data.get("metadata") or {},
        "description": data.get("description"),
        "default_payment_method": method["id"] if method else None,
    }
    if data.get("trial_settings"):
        values["trial_settings"] = data["trial_settings"]
    if session["automatic_tax"]["enabled"]:
        values["automatic_tax"] = {"disabled_reason": None, "enabled": True, "liability": {"type": "self"}}
    rates = session.get("_line_tax_rates", {})
    values["default_tax_rates"] = tax.resolve(unit, data.get("default_tax_rates"), param="default_tax_rates")
    checkout_invoices.add_items(unit, session, customer=customer)
    recurring = checkout_invoices.recurring_lines(session)
    created = subscriptions.create(
        unit,
        subscriptions.Order(
            customer=customer,
            items=[
                (unit.get("price", line["price"]["id"]), line["quantity"], line["metadata"]) for line in recurring
            ],
            currency=session["currency"],
            trial_end=checkout.trial_end_of(session, now=unit.now),
            method=method,
            prepaid=paid,
            redeemed=checkout_totals.wanted(unit, session),
            item_tax_rates={
                index: tax.resolve(unit, rates.get(line["id"]), param="tax_rates")
                for index, line in enumerate(recurring)
            },
            checkout_session_id=session["id"],
            values=values,
        ),
    )
    session.update(subscription=created.subscription["id"], invoice=created.subscription["latest_invoice"])
