"""What the customer portal shows and does, within its configuration."""

import time
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.engine import (
    accounts,
    intents,
    payment_methods,
    portal_switches,
    schedule_states,
    subscriptions,
)
from stripe_sandbox.errors import ApiError
from stripe_sandbox.hosted.entry import CardEntry, Outcome, change, declined, make_method, owner
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown

KIND = "billing_portal.session"
OPENING_SECONDS = 300
VISIT_SECONDS = 3600


@dataclass(frozen=True)
class PortalView:
    """Everything that the portal shows."""

    session: StripeObject
    configuration: StripeObject
    features: dict[str, Any]
    flow: dict[str, Any] | None
    customer: StripeObject
    merchant_name: str
    return_url: str | None
    subscriptions: list[dict[str, Any]]
    invoices: list[StripeObject]
    payment_methods: list[StripeObject]
    default_payment_method_id: str | None


def read_session(sandbox: Sandbox, session_id: str) -> PortalView:
    """The portal of one customer. Raises PageRefused 404, or 410 when it was not opened in time or stayed unused."""
    account_id = owner(sandbox, KIND, session_id)
    with change(sandbox, account_id, about=session_id) as unit:
        _open(unit, session_id)
    unit = sandbox.reader(account_id)
    session = unit.get(KIND, session_id)
    configuration = unit.get("billing_portal.configuration", session["configuration"])
    customer = unit.get("customer", session["customer"])
    invoices = unit.select("invoice", where="customer = ?", values=[customer["id"]])
    cards = unit.select("payment_method", where="customer = ?", values=[customer["id"]])
    return PortalView(
        session=shown(session),
        configuration=shown(configuration),
        features=configuration["features"],
        flow=session["flow"],
        customer=shown(customer),
        merchant_name=accounts.merchant_name(unit),
        return_url=session["return_url"],
        subscriptions=_subscriptions(unit, customer["id"]),
        invoices=[shown(found) for found in invoices if found["status"] != "draft"],
        payment_methods=[shown(found) for found in cards],
        default_payment_method_id=customer["invoice_settings"]["default_payment_method"],
    )


def _subscriptions(unit: Unit, customer_id: str) -> list[dict[str, Any]]:
    found = unit.select("subscription", where="customer = ?", values=[customer_id])
    ordered = sorted(found, key=lambda item: item["status"] in subscriptions.ENDED)
    shown_ones = []
    for subscription in ordered:
        product_id = subscription["items"]["data"][0]["price"]["product"]
        product = shown(unit.get("product", product_id))
        extra = {"product": product, "obstacle": portal_switches.obstacle(subscription), "planned": None}
        schedule = schedule_states.schedule_of(unit, subscription)
        if schedule is not None:
            extra["planned"] = _planned(unit, schedule)
        shown_ones.append({**shown(subscription), **extra})
    return shown_ones


def _planned(unit: Unit, schedule: StripeObject) -> dict[str, Any] | None:
    """The phase that follows the present one: when, which product, price and quantity."""
    following = [phase for phase in schedule["phases"] if phase["start_date"] > unit.now]
    if not following or schedule["status"] not in schedule_states.OPEN:
        return None
    item = following[0]["items"][0]
    price = unit.get("price", item["price"])
    return {
        "starts_at": following[0]["start_date"],
        "product": shown(unit.get("product", price["product"])),
        "price": shown(price),
        "quantity": item["quantity"],
    }


def _open(unit: Unit, session_id: str) -> StripeObject:
    """The session, opened: once within five minutes of its making, then in use for an hour (system time)."""
    session = unit.get(KIND, session_id)
    now = time.time()
    if "_opened_wall" not in session:
        if now - session["_made_wall"] > OPENING_SECONDS:
            raise ApiError("This portal link has expired.", status=410)
        session["_opened_wall"] = now
    if now - session["_opened_wall"] > VISIT_SECONDS:
        raise ApiError("This portal visit has ended.", status=410)
    return session


def enter(unit: Unit, session_id: str, feature: str) -> tuple[StripeObject, dict[str, Any]]:
    """The customer and one feature's settings. Raises ApiError 403 when the configuration switches it off."""
    session = _open(unit, session_id)
    configuration = unit.get("billing_portal.configuration", session["configuration"])
    settings: dict[str, Any] = configuration["features"][feature]
    flow_kind = (session["flow"] or {}).get("type")
    if not settings["enabled"] and flow_kind != feature:
        raise ApiError("This is switched off for this portal.", status=403)
    return unit.get("customer", session["customer"]), settings


def own_subscription(unit: Unit, subscription_id: str, customer: StripeObject) -> StripeObject:
    subscription = unit.get("subscription", subscription_id)
    if subscription["customer"] != customer["id"]:
        raise ApiError("There is no such subscription.", status=404)
    if subscription["status"] in subscriptions.ENDED:
        raise ApiError("This subscription has ended.", status=409)
    return subscription


def cancel_subscription(
    sandbox: Sandbox,
    session_id: str,
    *,
    subscription_id: str,
    feedback: str | None = None,
    comment: str | None = None,
) -> StripeObject:
    """Cancel as the configuration says: at the period's end or now. Repeated, nothing changes."""
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        customer, settings = enter(unit, session_id, "subscription_cancel")
        subscription = own_subscription(unit, subscription_id, customer)
        details = {key: text for key, text in (("feedback", feedback), ("comment", comment)) if text}
        if settings["mode"] == "immediately":
            return shown(subscriptions.cancel_now(unit, subscription, details=details))
        subscriptions.cancel_at_period_end(unit, subscription, details=details)
        subscriptions.plan_timers(unit, subscription)
        unit.emit("customer.subscription.updated", subscription)
        return shown(subscription)


def undo_cancellation(sandbox: Sandbox, session_id: str, *, subscription_id: str) -> StripeObject:
    """Keep a subscription that was to end. Repeated, nothing changes."""
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        customer, _ = enter(unit, session_id, "subscription_cancel")
        subscription = own_subscription(unit, subscription_id, customer)
        subscriptions.undo_cancellation(subscription)
        subscriptions.plan_timers(unit, subscription)
        unit.emit("customer.subscription.updated", subscription)
        return shown(subscription)


def add_card(sandbox: Sandbox, session_id: str, *, card: CardEntry, is_default: bool = True) -> Outcome:
    """Save a card through a setup intent; 3-D Secure leads back to the portal."""
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        customer, _ = enter(unit, session_id, "payment_method_update")
        page = f"{unit.base_url}/p/session/{session_id}"
        try:
            method = make_method(unit, card, email=customer["email"])
        except ApiError as error:
            return declined(error)
        setup = intents.create_setup(unit, customer=customer["id"], usage="off_session")
        setup.update(_page=page, _is_default=is_default)
        result = intents.confirm_setup(unit, setup, method, return_url=page)
        if result.error is not None:
            return declined(result.error)
        if result.status == "requires_action":
            return Outcome(status="requires_action", redirect_url=f"/3ds/{setup['id']}", intent_id=setup["id"])
        return Outcome(status="complete", redirect_url=page)


def make_default(sandbox: Sandbox, session_id: str, *, payment_method_id: str) -> StripeObject:
    """Have this card pay from now on, on the running subscriptions too. Safe to repeat."""
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        customer, _ = enter(unit, session_id, "payment_method_update")
        method = _card(unit, payment_method_id, customer)
        payment_methods.make_default(unit, method, customer=customer)
        return shown(customer)


def _card(unit: Unit, payment_method_id: str, customer: StripeObject) -> StripeObject:
    method = unit.get("payment_method", payment_method_id)
    if method["customer"] != customer["id"]:
        raise ApiError("There is no such card.", status=404)
    return method


def remove_card(sandbox: Sandbox, session_id: str, *, payment_method_id: str) -> StripeObject:
    """Detach a card. Raises PageRefused 409 for the one that pays a running subscription."""
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        customer, _ = enter(unit, session_id, "payment_method_update")
        method = _card(unit, payment_method_id, customer)
        for subscription in unit.select("subscription", where="customer = ?", values=[customer["id"]]):
            pays = payment_methods.default_for(unit, customer=customer, subscription=subscription)
            if subscription["status"] not in subscriptions.ENDED and pays and pays["id"] == method["id"]:
                raise ApiError("This card pays for a running subscription: make another card the default first.")
        return shown(payment_methods.detach(unit, method))


def update_customer(sandbox: Sandbox, session_id: str, *, changes: dict[str, Any]) -> StripeObject:
    """Change the customer's own details. Raises PageRefused 403 for one that the configuration does not allow."""
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        customer, settings = enter(unit, session_id, "customer_update")
        refused = set(changes) - set(settings["allowed_updates"])
        if refused:
            raise ApiError(f"Not allowed here: {', '.join(sorted(refused))}.", status=403)
        customer.update(changes)
        unit.emit("customer.updated", customer)
        return shown(customer)


def return_url(view: PortalView) -> str | None:
    """Where the link back leads."""
    return view.return_url
