"""Decides what a charge looks like, what it costs and when its money is there."""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import ledger, outcomes, periods
from stripe_sandbox.engine.amounts import processing_fee_minor
from stripe_sandbox.engine.cards import ON_SESSION, Situation, after_charge, charge_outcome
from stripe_sandbox.engine.declines import Decline
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

MERCHANT = "SANDBOX MERCHANT"
SHORT_MERCHANT = "SANDBOX"
LONGEST_DESCRIPTOR = 22
SETTLEMENT_SECONDS = 2
AUTHORISATION_SECONDS = 7 * periods.DAY_SECONDS
# What a card brings about after it paid comes when its money is booked, so after the settlement.
AFTERMATH_SECONDS = SETTLEMENT_SECONDS + 1
# What a bank account shows of itself and its charges do not.
UNCHARGED_DETAILS = frozenset({"financial_connections_account", "generated_from", "networks", "status_details"})
_AFTERMATH_TIMERS = {"dispute": "card_dispute", "inquiry": "card_dispute", "fraud_warning": "card_fraud_warning"}


def outcome_of(
    unit: Unit, method: StripeObject, *, customer_id: str | None, situation: Situation = ON_SESSION
) -> tuple[str, dict[str, str]]:
    """What charging this method now comes to: "ok", "authenticate" or a decline code; a planned fault comes first.

    Second: what the decline is to say besides its code.
    """
    fingerprint = method[method["type"]].get("fingerprint") or ""
    fault = unit.faults.take_for_charge(customer=customer_id, payment_method=method["id"], fingerprint=fingerprint)
    if fault is not None:
        return fault.code, fault.told
    age_days = (unit.now - method["created"]) // periods.DAY_SECONDS
    outcome = charge_outcome(
        method["_behaviour"], charges_before=method["_charges"], age_days=age_days, situation=situation
    )
    return outcome, {}


def make_charge(
    unit: Unit,
    intent: StripeObject,
    method: StripeObject,
    *,
    decline: Decline | None,
    is_captured: bool = True,
    is_pending: bool = False,
) -> StripeObject:
    """A succeeded, pending or (with a decline) failed charge of the intent's whole amount, with its event."""
    method["_charges"] += 1
    charge = blank(
        "charge",
        id=ids.new_id("charge"),
        amount=intent["amount"],
        billing_details=method["billing_details"],
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(unit, intent, method, is_captured=is_captured),
        receipt_email=intent["receipt_email"],
        shipping=intent["shipping"],
        outcome=outcomes.told(decline, behaviour=method["_behaviour"]),
    )
    describe(charge, intent)
    unit.add(charge)
    if decline is not None:
        charge.update(status="failed", failure_code=decline.code, failure_message=decline.message)
        unit.emit("charge.failed", charge)
        return charge
    if is_pending:
        charge.update(status="pending", captured=True, amount_captured=charge["amount"])
        unit.emit("charge.pending", charge)
        return charge
    charge.update(status="succeeded", paid=True, captured=is_captured)
    charge["receipt_url"] = intent.get("_hosted_url") or f"{unit.base_url}/r/{charge['id']}"
    if is_captured:
        charge["amount_captured"] = charge["amount"]
        _bring_money(unit, intent, charge)
    unit.emit("charge.succeeded", charge)
    return charge


def describe(charge: StripeObject, intent: StripeObject) -> None:
    """What the payer's bank statement says: the merchant, or for a card its short name and the payment's suffix.

    Documented: both together are cut to 22 characters. Another method shows the descriptor of its own.
    """
    own, suffix = intent["statement_descriptor"], intent["statement_descriptor_suffix"]
    text = MERCHANT
    if charge["payment_method_details"]["type"] != "card":
        text = own or MERCHANT
    elif suffix:
        text = f"{SHORT_MERCHANT}* {suffix}"
    charge.update(
        statement_descriptor=own,
        statement_descriptor_suffix=suffix,
        calculated_statement_descriptor=text[:LONGEST_DESCRIPTOR],
    )


def _bring_money(unit: Unit, intent: StripeObject, charge: StripeObject) -> None:
    """Direct payments are captured asynchronously: their balance entry comes a moment after the answer."""
    if intent["capture_method"] == "automatic_async":
        unit.schedule("charge_settlement", charge["id"], due_at=unit.now + SETTLEMENT_SECONDS)
    else:
        charge["balance_transaction"] = book(unit, charge)["id"]


def settle(unit: Unit, charge_id: str) -> None:
    """Timer: the balance entry of an asynchronously captured charge."""
    charge = unit.get("charge", charge_id)
    charge["balance_transaction"] = book(unit, charge)["id"]
    unit.emit("charge.updated", charge)


def book(unit: Unit, charge: StripeObject) -> StripeObject:
    """The balance entry of a captured charge: fee taken, pending until the seventh midnight.

    What the test card brings about after paying (a dispute, a warning) is planned here, for it follows the money.
    """
    behaviour = unit.get("payment_method", charge["payment_method"])["_behaviour"]
    effect, _ = after_charge(behaviour)
    if effect in _AFTERMATH_TIMERS:
        unit.schedule(_AFTERMATH_TIMERS[effect], charge["id"], due_at=unit.now + AFTERMATH_SECONDS)
    return ledger.enter(
        unit,
        source=charge["id"],
        kind="charge",
        amount_minor=charge["amount_captured"],
        fee_minor=processing_fee_minor(charge["amount_captured"]),
        fee_text="Stripe processing fees",
        currency=charge["currency"],
        description=charge["description"],
        available_at=unit.now if effect == "no_wait_for_funds" else periods.funds_available_at(unit.now),
    )


def _details(unit: Unit, intent: StripeObject, method: StripeObject, *, is_captured: bool) -> dict[str, Any]:
    """How the method looked when it was charged; a bank debit names its mandate."""
    kind = method["type"]
    if kind == "card":
        return _card_details(unit, intent, method, is_captured=is_captured)
    details = {key: value for key, value in method[kind].items() if key not in UNCHARGED_DETAILS}
    if "_mandate" in method:
        details["mandate"] = method["_mandate"]
    return {kind: details, "type": kind}


def _card_details(unit: Unit, intent: StripeObject, method: StripeObject, *, is_captured: bool) -> dict[str, Any]:
    card = method["card"]
    details = {
        "amount_authorized": intent["amount"],
        "authorization_code": ids.random_text(6, alphabet="0123456789"),
        "brand": card["brand"],
        "checks": dict(card["checks"]),
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card["last4"],
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": ids.random_text(15, alphabet="0123456789"),
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": card["regulated_status"],
        "three_d_secure": None,
        "wallet": None,
    }
    if not is_captured:
        details["capture_before"] = unit.now + AUTHORISATION_SECONDS
    return {"card": details, "type": "card"}
