"""Decides how cards become payment methods, are attached, and which one pays."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import card_checks
from stripe_sandbox.engine.cards import TestCard, card_for_number, card_for_token, setup_outcome
from stripe_sandbox.engine.declines import Decline, decline_for
from stripe_sandbox.errors import ApiError, card_error, invalid, no_such, not_built
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

EMPTY_BILLING: dict[str, Any] = {
    "address": {
        "city": None,
        "country": None,
        "line1": None,
        "line2": None,
        "postal_code": None,
        "state": None,
    },
    "email": None,
    "name": None,
    "phone": None,
    "tax_id": None,
}


def create(
    unit: Unit,
    card: TestCard,
    *,
    exp_month: int | None = None,
    exp_year: int | None = None,
    billing_details: dict[str, Any] | None = None,
) -> StripeObject:
    """A payment method for a listed card, not attached to anybody; without a date it lasts a year."""
    today = datetime.fromtimestamp(unit.now, tz=UTC)
    method = blank("payment_method", id=ids.new_id("payment_method"), _behaviour=card.behaviour, _charges=0)
    method["billing_details"] = billing_address(billing_details or {})
    method["card"].update(exp_month=exp_month or today.month, exp_year=exp_year or today.year + 1)
    put_card(unit, method, card)
    check_address(method)
    return unit.add(method)


def put_card(unit: Unit, method: StripeObject, card: TestCard) -> None:
    """Let a method show this card; of its number it keeps the last digits and the fingerprint."""
    method["card"].update(
        brand=card.brand,
        display_brand=card.display_brand,
        country=card.country,
        fingerprint=fingerprint(unit, card.number),
        funding=card.funding,
        last4=card.last4,
        networks={"available": [card.brand], "preferred": None},
    )


def fingerprint(unit: Unit, number: str) -> str:
    """What stands for a number within one account: the same number, the same fingerprint."""
    return hashlib.sha256(f"{unit.account_id}:{number}".encode()).hexdigest()[:16]


def check_address(method: StripeObject) -> None:
    """Let a card show what its bank says of the billing address that it has now."""
    method["card"]["checks"] = card_checks.checks(method["_behaviour"], method["billing_details"]["address"])


def billing_address(given: dict[str, Any]) -> dict[str, Any]:
    """Billing details with every key that Stripe shows."""
    details = {**EMPTY_BILLING, **{key: given[key] for key in EMPTY_BILLING if key in given}}
    details["address"] = {**EMPTY_BILLING["address"], **(given.get("address") or {})}
    return details


def check_number(number: str) -> TestCard:
    """The listed card with this number. Raises ApiError 402 incorrect_number for any other."""
    card = card_for_number(number)
    if card is None:
        decline = decline_for("incorrect_number")
        raise card_error(decline.message, code=decline.code, param="number", keeps_changes=False)
    return card


def check_expiry(unit: Unit, *, exp_month: int, exp_year: int) -> None:
    """Raises ApiError 402 for a month that does not exist or a date that has passed."""
    today = datetime.fromtimestamp(unit.now, tz=UTC)
    if not 1 <= exp_month <= 12:
        raise card_error(
            "Your card's expiration month is invalid.",
            code="invalid_expiry_month",
            param="exp_month",
            keeps_changes=False,
        )
    if (exp_year, exp_month) < (today.year, today.month) or exp_year > today.year + 50:
        raise card_error(
            "Your card's expiration year is invalid.",
            code="invalid_expiry_year",
            param="exp_year",
            keeps_changes=False,
        )


def check_cvc(card: TestCard, cvc: str | None) -> None:
    """Raises ApiError 402 for a security code of the wrong length; none at all is fine."""
    length = 4 if card.brand == "amex" else 3
    if cvc is not None and not (cvc.isdigit() and len(cvc) == length):
        raise card_error(
            "Your card's security code is invalid.", code="invalid_cvc", param="cvc", keeps_changes=False
        )


def resolve(unit: Unit, name: str, *, param: str = "payment_method", status: int = 404) -> StripeObject:
    """The payment method with this id; a test token gives a fresh one.

    Raises ApiError "No such PaymentMethod", and for a type that does not pay here.
    """
    card = card_for_token(name)
    if card is not None:
        return create(unit, card)
    method = unit.find("payment_method", name)
    if method is None:
        raise no_such("payment_method", name, param=param, status=status)
    if method["type"] != "card" and method["_behaviour"] == "ok":
        raise not_built(f"{param} of type {method['type']}")
    return method


def not_attached(method: StripeObject, *, param: str = "payment_method") -> ApiError:
    """What is said of a card that is not the customer's, or no longer.

    The words are Stripe's as others saw them; the code that goes with them is assumed.
    """
    return ApiError(
        f"The customer does not have a payment method with the ID {method['id']}. "
        "The payment method must be attached to the customer.",
        code="resource_missing",
        param=param,
    )


def attach(unit: Unit, method: StripeObject, *, customer: StripeObject, is_checked: bool = True) -> StripeObject:
    """Give the card to the customer. Raises ApiError 402 when the issuer refuses the check of the card."""
    if method["customer"] == customer["id"]:
        return method
    if method["customer"] is not None:
        raise invalid(
            "The payment method you provided has already been attached to a customer.", param="payment_method"
        )
    if method.get("_is_detached"):
        raise invalid(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
            "Customer, and may not be used again.",
            param="payment_method",
        )
    outcome = setup_outcome(method["_behaviour"])
    if is_checked and outcome not in {"ok", "authenticate"}:
        raise refusal(decline_for(outcome), keeps_changes=False)
    method["customer"] = customer["id"]
    unit.emit("payment_method.attached", method)
    return method


def refusal(decline: Decline, *, keeps_changes: bool, **extra: Any) -> ApiError:
    """The 402 that a declined card gives."""
    return card_error(
        decline.message,
        code=decline.code,
        param=decline.param,
        keeps_changes=keeps_changes,
        decline_code=decline.decline_code,
        advice_code=decline.advice_code,
        network_advice_code=decline.network_advice_code,
        network_decline_code=decline.network_decline_code,
        **extra,
    )


def detach(unit: Unit, method: StripeObject) -> StripeObject:
    """Take the card from its customer; it can never be used again."""
    if method["customer"] is None:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            param="payment_method",
        )
    customer = unit.get("customer", method["customer"])
    before = method["customer"]
    method["customer"] = None
    method["_is_detached"] = True
    _record_detached(unit, method, before=before)
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        customer["invoice_settings"]["default_payment_method"] = None
        unit.emit("customer.updated", customer)
    where = "customer = ? AND json_extract(data, '$.default_payment_method') = ?"
    for subscription in unit.select("subscription", where=where, values=(before, method["id"])):
        subscription["default_payment_method"] = None
        unit.emit("customer.subscription.updated", subscription)
    return method


def _record_detached(unit: Unit, method: StripeObject, *, before: str) -> None:
    unit.emit("payment_method.detached", method, previous={"customer": before})


def default_for(unit: Unit, *, customer: StripeObject, subscription: StripeObject | None) -> StripeObject | None:
    """The card that pays: the subscription's, else the customer's, else None."""
    names = [
        subscription["default_payment_method"] if subscription else None,
        customer["invoice_settings"]["default_payment_method"],
    ]
    for name in names:
        if name is not None:
            return unit.get("payment_method", name)
    return None


def make_default(unit: Unit, method: StripeObject, *, customer: StripeObject) -> None:
    """Have this card pay for the customer; running subscriptions that name another card follow."""
    if customer["invoice_settings"]["default_payment_method"] != method["id"]:
        customer["invoice_settings"]["default_payment_method"] = method["id"]
        unit.emit("customer.updated", customer)
    for subscription in unit.select("subscription", where="customer = ?", values=[customer["id"]]):
        is_running = subscription["status"] not in {"canceled", "incomplete_expired"}
        if is_running and subscription["default_payment_method"] not in (None, method["id"]):
            subscription["default_payment_method"] = method["id"]
            unit.emit("customer.subscription.updated", subscription)
