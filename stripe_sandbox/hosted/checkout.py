"""What the checkout page shows and does."""

from dataclasses import dataclass
from typing import Any

from stripe_sandbox.engine import (
    accounts,
    checkout,
    checkout_details,
    checkout_payment,
    checkout_totals,
    payment_methods,
)
from stripe_sandbox.errors import ApiError
from stripe_sandbox.hosted.entry import CardEntry, Outcome, change, declined, make_method, owner
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown

KIND = "checkout.session"


@dataclass(frozen=True)
class DiscountView:
    """What lowers the order: the code that was typed (None for a fixed one), and its coupon."""

    code: str | None
    coupon: StripeObject


@dataclass(frozen=True)
class CheckoutView:
    """Everything that the page shows; amounts in minor units, times in unix seconds of billing time."""

    session: StripeObject
    line_items: list[dict[str, Any]]
    customer: StripeObject | None
    merchant_name: str
    currency: str | None
    due_now_minor: int
    after_trial_minor: int
    renewal_minor: int
    discount: "DiscountView | None"
    takes_codes: bool
    trial_end: int | None
    interval: str | None
    interval_count: int
    needs_card: bool
    needs_email: bool
    cancel_url: str | None
    success_url: str | None
    pending_intent_id: str | None
    last_error: dict[str, Any] | None


def read_session(sandbox: Sandbox, session_id: str) -> CheckoutView:
    """The session with its lines. Raises PageRefused 404."""
    unit = sandbox.reader(owner(sandbox, KIND, session_id))
    session = unit.get(KIND, session_id)
    customer = unit.find("customer", session["customer"]) if session["customer"] else None
    recurring = next(
        (line["price"]["recurring"] for line in session["_line_items"] if line["price"]["recurring"]), None
    )
    return CheckoutView(
        session=shown(session),
        line_items=_lines(unit, session),
        customer=shown(customer) if customer else None,
        merchant_name=accounts.merchant_name(unit),
        currency=session["currency"],
        due_now_minor=checkout.due_now_minor(session),
        after_trial_minor=sum(line["amount_total"] for line in session["_line_items"]),
        renewal_minor=checkout_totals.renewal_minor(unit, session),
        discount=_discount(unit, session),
        takes_codes=bool(session["allow_promotion_codes"]) and session["mode"] != "setup",
        trial_end=checkout.trial_end_of(session, now=unit.now),
        interval=recurring["interval"] if recurring else None,
        interval_count=recurring["interval_count"] if recurring else 1,
        needs_card=checkout.needs_card(session),
        needs_email=customer is None or not customer["email"],
        cancel_url=str(session["cancel_url"]).replace(checkout.PLACEHOLDER, session_id)
        if session["cancel_url"]
        else None,
        success_url=checkout.success_url(session),
        pending_intent_id=_pending(unit, session),
        last_error=session.get("_error"),
    )


def _discount(unit: Unit, session: StripeObject) -> DiscountView | None:
    coupon = checkout_totals.coupon_of(unit, session)
    if coupon is None:
        return None
    names = [entry["promotion_code"] for entry in session["discounts"] or [] if entry["promotion_code"]]
    code = unit.get("promotion_code", names[0])["code"] if names else None
    return DiscountView(code=code, coupon=shown(coupon))


def enter_code(sandbox: Sandbox, session_id: str, *, text: str) -> str | None:
    """Lower the order by a promotion code. Returns what is wrong with the code, None when it was taken.

    Raises PageRefused: 403 where no code may be entered, 410 for a closed session.
    """
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        session = unit.get(KIND, session_id)
        try:
            _refuse_while_pending(unit, session)
            checkout_totals.enter_code(unit, session, text)
        except ApiError as error:
            if error.status != 400:
                raise
            return error.message
    return None


def remove_code(sandbox: Sandbox, session_id: str) -> str | None:
    """Take the code back. Returns why that cannot be, None when it was done. Safe to repeat."""
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        session = unit.get(KIND, session_id)
        try:
            _refuse_while_pending(unit, session)
            checkout_totals.remove_code(unit, session)
        except ApiError as error:
            if error.status != 400:
                raise
            return error.message
    return None


def change_quantity(sandbox: Sandbox, session_id: str, *, line_id: str, quantity: int) -> str | None:
    """Set the quantity of an adjustable line. Returns what is wrong with it, None when it was taken.

    Raises PageRefused: 403 for a line that cannot be adjusted, 410 for a closed session.
    """
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        session = unit.get(KIND, session_id)
        try:
            _refuse_while_pending(unit, session)
            checkout.change_quantity(unit, session, line_id=line_id, quantity=quantity)
        except ApiError as error:
            if error.status != 400:
                raise
            return error.message
    return None


def recover(sandbox: Sandbox, session_id: str) -> str:
    """Take up the order of an expired session again; the address of the new one. Raises PageRefused 410."""
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        return str(checkout.recover(unit, unit.get(KIND, session_id))["url"])


def _refuse_while_pending(unit: Unit, session: StripeObject) -> None:
    if _pending(unit, session) is not None:
        raise ApiError("Answer the question of your bank first: the sum is being paid.", param="promotion_code")


def _lines(unit: Unit, session: StripeObject) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for line in session["_line_items"]:
        product = shown(unit.get("product", line["price"]["product"]))
        lines.append({**line, "price": {**line["price"], "product": product}})
    return lines


def _pending(unit: Unit, session: StripeObject) -> str | None:
    names = [("payment_intent", session.get("_intent"))]
    names += [("setup_intent", session.get("_setup") or session["setup_intent"])]
    for kind, name in names:
        intent = unit.find(kind, name) if name else None
        if intent is not None and intent["status"] == "requires_action":
            return str(intent["id"])
    return None


def submit(
    sandbox: Sandbox,
    session_id: str,
    *,
    card: CardEntry | None,
    email: str | None = None,
    tax_id: str | None = None,
    phone: str | None = None,
    address: dict[str, Any] | None = None,
    shipping: dict[str, Any] | None = None,
    fields: dict[str, str] | None = None,
    takes_promotions: bool = False,
) -> Outcome:
    """Pay. `shipping` is name and address; `fields` are the answers to custom fields, by key.

    Safe to repeat: a session that is complete says so again. Raises PageRefused: 410 when it has expired, 409 when
    its discount has been used up meanwhile.
    """
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        session = unit.get(KIND, session_id)
        if session["status"] == "complete":
            return Outcome(status="complete", redirect_url=checkout.success_url(session))
        if session["status"] != "open":
            raise ApiError("This checkout has expired.", status=410)
        if checkout.needs_card(session) and card is None:
            raise ApiError("A card is needed.")
        checkout_totals.check_still_redeemable(unit, session)
        session["_entry"] = {
            "email": email or None,
            "name": card.name if card else None,
            "phone": phone or None,
            "address": _address(card, address),
            "tax_id": tax_id,
            "shipping": shipping,
            "fields": fields or {},
            "promotions": takes_promotions,
        }
        try:
            checkout_details.tax_id(session)
            method = make_method(unit, card, email=email, phone=phone) if card else None
        except ApiError as error:
            return declined(error)
        result = checkout_payment.submit(unit, session, method)
        return _outcome(unit, session, result.status, result.error)


def _address(card: CardEntry | None, given: dict[str, Any] | None) -> dict[str, Any] | None:
    """Every key that Stripe shows; a card form asks for country and postal code in any case."""
    entered = dict(given or {})
    if card is not None:
        entered.setdefault("country", card.country)
        entered.setdefault("postal_code", card.postal_code)
    if not any(entered.values()):
        return None
    return {key: entered.get(key) for key in payment_methods.EMPTY_BILLING["address"]}


def _outcome(unit: Unit, session: StripeObject, status: str, error: ApiError | None) -> Outcome:
    if error is not None:
        return declined(error)
    if status == "requires_action":
        intent_id = _pending(unit, session)
        return Outcome(status="requires_action", redirect_url=f"/3ds/{intent_id}", intent_id=intent_id)
    return Outcome(status="complete", redirect_url=checkout.success_url(session))
