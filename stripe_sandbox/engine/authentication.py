"""Decides what the customer's answer to a 3-D Secure challenge does, wherever the challenge came from."""

from stripe_sandbox.engine import checkout_payment, collection, intents
from stripe_sandbox.engine.intents import Result
from stripe_sandbox.store.unit import StripeObject, Unit


def answer(unit: Unit, intent: StripeObject, *, is_authenticated: bool) -> Result:
    """Go on with an intent that waits for the customer; one that waits no longer is left as it is."""
    if intent["status"] != "requires_action":
        return Result(status=intent["status"])
    method = unit.get("payment_method", intent["payment_method"])
    session_id = intent.get("_checkout")
    if not is_authenticated:
        return _fail(unit, intent, method, session_id=session_id)
    if session_id is not None and "_invoice" not in intent:
        session = unit.get("checkout.session", session_id)
        return checkout_payment.resume(unit, session, intent=intent)
    if intent["object"] == "payment_intent":
        return collection.confirm_intent(unit, intent, method, is_authenticated=True)
    return intents.confirm_setup(unit, intent, method, is_authenticated=True)


def _fail(unit: Unit, intent: StripeObject, method: StripeObject, *, session_id: str | None) -> Result:
    result = intents.fail_authentication(unit, intent, method)
    if session_id is not None and result.error is not None:
        session = unit.get("checkout.session", session_id)
        session["_error"] = result.error.body(request_id="")["error"]
    if "_invoice" in intent:
        collection.apply(unit, unit.get("invoice", intent["_invoice"]), result)
    return result
