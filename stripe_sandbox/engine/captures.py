"""Decides how an authorised amount is taken, in whole or in part, or given back when its time is over."""

from stripe_sandbox.engine import charging, intents
from stripe_sandbox.errors import invalid, invalid_parameter
from stripe_sandbox.store.unit import StripeObject, Unit


def capture(unit: Unit, intent: StripeObject, *, amount: int | None) -> StripeObject:
    """Take an amount (minor units, all by default) of an authorised intent; the rest is given back.

    Raises ApiError for an intent that is not authorised, and for more than it holds.
    """
    if intent["status"] != "requires_capture":
        raise invalid(
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}. Only a "
            "PaymentIntent with one of the following statuses may be captured: requires_capture.",
            code="payment_intent_unexpected_state",
        )
    wanted = intent["amount_capturable"] if amount is None else amount
    if wanted <= 0:
        raise invalid_parameter(
            "This value must be greater than or equal to 1.",
            param="amount_to_capture",
            code="parameter_invalid_integer",
        )
    if wanted > intent["amount_capturable"]:
        raise invalid(
            "The amount to capture is greater than the amount that can be captured.",
            param="amount_to_capture",
            code="amount_too_large",
        )
    charge = unit.get("charge", intent["latest_charge"])
    charge.update(captured=True, amount_captured=wanted)
    charge["balance_transaction"] = charging.book(unit, charge)["id"]
    unit.unschedule("capture_expiry", intent["id"])
    intent.update(status="succeeded", amount_received=wanted, amount_capturable=0)
    unit.emit("charge.captured", charge)
    unit.emit("payment_intent.succeeded", intent)
    return intent


def capture_charge(unit: Unit, charge: StripeObject, *, amount: int | None) -> StripeObject:
    """The older way to the same, by the charge. Raises ApiError for one that is captured or has failed."""
    if charge["captured"]:
        raise invalid(f"Charge {charge['id']} has already been captured.", code="charge_already_captured")
    intent = unit.get("payment_intent", charge["payment_intent"])
    if intent["status"] != "requires_capture" or intent["latest_charge"] != charge["id"]:
        raise invalid(f"Charge {charge['id']} cannot be captured.", code="charge_expired_for_capture")
    capture(unit, intent, amount=amount)
    return charge


def expire(unit: Unit, intent_id: str) -> None:
    """Timer: an authorised amount that was not captured within seven days is given back."""
    intent = unit.get("payment_intent", intent_id)
    if intent["status"] == "requires_capture":
        unit.emit("charge.expired", unit.get("charge", intent["latest_charge"]))
        intents.cancel(unit, intent, reason="automatic")
