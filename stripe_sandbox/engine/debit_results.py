"""Decides what a bank's answer to a debit does: to charge and intent, to the invoice that it pays, to the mandate."""

from stripe_sandbox.engine import bank_debits, charging, collection, intents
from stripe_sandbox.engine.intents import Result
from stripe_sandbox.errors import card_error
from stripe_sandbox.store.unit import StripeObject, Unit, render

_WORDS = {
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "account_closed": "The customer's bank account has been closed.",
    "no_account": "The customer's bank account could not be located.",
    "debit_not_authorized": "The customer has notified their bank that this payment was unauthorized.",
    "invalid_currency": "The bank was unable to process this payment because of its currency.",
}
_OTHER_WORDS = "The payment could not be processed."


def settle(unit: Unit, charge_id: str) -> None:
    """Timer: the bank answers. Safe to repeat."""
    charge = unit.get("charge", charge_id)
    if charge["status"] != "pending":
        return
    intent = unit.get("payment_intent", charge["payment_intent"])
    method = unit.get("payment_method", charge["payment_method"])
    outcome, _ = bank_debits.outcome_of(method)
    result = _take(unit, intent, charge) if outcome == "ok" else _fail(unit, intent, charge, outcome)
    if outcome == "debit_not_authorized":
        bank_debits.withdraw(unit, method)
    if "_invoice" in intent:
        collection.apply(unit, unit.get("invoice", intent["_invoice"]), result)


def _take(unit: Unit, intent: StripeObject, charge: StripeObject) -> Result:
    charge.update(status="succeeded", paid=True, receipt_url=f"{unit.base_url}/r/{charge['id']}")
    charge["balance_transaction"] = charging.book(unit, charge)["id"]
    unit.emit("charge.succeeded", charge)
    intent.update(status="succeeded", amount_received=intent["amount"])
    unit.emit("payment_intent.succeeded", intent)
    return Result(status="succeeded")


def _fail(unit: Unit, intent: StripeObject, charge: StripeObject, code: str) -> Result:
    message = _WORDS.get(code, _OTHER_WORDS)
    charge.update(status="failed", captured=False, amount_captured=0, failure_code=code, failure_message=message)
    unit.emit("charge.failed", charge)
    method = unit.get("payment_method", charge["payment_method"])
    error = card_error(message, code=code, charge=charge["id"], payment_method=render(method))
    intents.fail_payment(unit, intent, error, charge_id=charge["id"])
    return Result(status="declined", error=error)
