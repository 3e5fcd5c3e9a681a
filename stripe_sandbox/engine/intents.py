"""Decides how payment and setup intents move: confirmed, declined, waiting for the customer, cancelled."""

from dataclasses import dataclass
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import bank_debits, payment_methods, setup_attempts
from stripe_sandbox.engine.cards import Situation, setup_outcome
from stripe_sandbox.engine.charging import AUTHORISATION_SECONDS, make_charge, outcome_of
from stripe_sandbox.engine.declines import Decline, decline_for
from stripe_sandbox.errors import ApiError
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, render

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
_DONE = {"cancel": "canceled", "confirm": "confirmed"}


@dataclass(frozen=True)
class Result:
    """How a confirmation ended: succeeded, processing, requires_capture, requires_action, declined with its error."""

    status: str
    error: ApiError | None = None


def create_payment(unit: Unit, *, amount: int, currency: str, **values: Any) -> StripeObject:
    """A payment intent that waits for a card (or for its confirmation, when it names one), with its event."""
    intent = blank("payment_intent", id=ids.new_id("payment_intent"), amount=amount, currency=currency, **values)
    intent["client_secret"] = ids.new_secret(intent["id"])
    if intent["payment_method"] is not None:
        intent["status"] = "requires_confirmation"
    unit.add(intent)
    unit.emit("payment_intent.created", intent)
    return intent


def confirm_payment(
    unit: Unit,
    intent: StripeObject,
    method: StripeObject,
    *,
    is_off_session: bool = False,
    is_unattended: bool = False,
    may_ask: bool = True,
    is_authenticated: bool = False,
    return_url: str | None = None,
) -> Result:
    """Try to take the money. A decline is a result with an error that the caller may raise.

    Off session, or where it may not ask, a payment that needs its customer is declined. `is_unattended`: an invoice
    that time collects, which may still ask afterwards.
    """
    _demand_open(intent, verb="confirm")
    intent.update(payment_method=method["id"], next_action=None, last_payment_error=None)
    options = (intent["payment_method_options"] or {}).get("card") or {}
    situation = Situation(
        is_off_session=is_off_session or is_unattended,
        is_set_up=bool(method.get("_is_set_up")),
        is_authenticated=is_authenticated,
        is_asked_for=options.get("request_three_d_secure") in {"any", "challenge"},
    )
    outcome, told = outcome_of(unit, method, customer_id=intent["customer"], situation=situation)
    if outcome == "authenticate" and is_authenticated:
        outcome = "ok"
    if outcome == "authenticate" and may_ask and not is_off_session:
        intent.update(status="requires_action", next_action=_next_action(unit, intent, return_url=return_url))
        unit.emit("payment_intent.requires_action", intent)
        return Result(status="requires_action")
    if outcome == bank_debits.DEBIT:
        bank_debits.debit(unit, intent, method)
        return Result(status="processing")
    if outcome != "ok":
        code = "authentication_required" if outcome == "authenticate" else outcome
        return _decline_payment(unit, intent, method, decline_for(code, told))
    return _take_money(unit, intent, method)


def _take_money(unit: Unit, intent: StripeObject, method: StripeObject) -> Result:
    is_captured = intent["capture_method"] != "manual"
    if intent["customer"] and intent["setup_future_usage"] and method["customer"] is None:
        customer = unit.get("customer", intent["customer"])
        payment_methods.attach(unit, method, customer=customer, is_checked=False)
    if intent["setup_future_usage"] == "off_session":
        method["_is_set_up"] = True
    charge = make_charge(unit, intent, method, decline=None, is_captured=is_captured)
    intent.update(latest_charge=charge["id"], next_action=None)
    if is_captured:
        intent.update(status="succeeded", amount_received=intent["amount"])
        unit.emit("payment_intent.succeeded", intent)
        return Result(status="succeeded")
    intent.update(status="requires_capture", amount_capturable=intent["amount"])
    unit.schedule("capture_expiry", intent["id"], due_at=unit.now + AUTHORISATION_SECONDS)
    unit.emit("payment_intent.amount_capturable_updated", intent)
    return Result(status="requires_capture")


def _decline_payment(unit: Unit, intent: StripeObject, method: StripeObject, decline: Decline) -> Result:
    """Record a failed charge; the intent waits for another card."""
    charge = make_charge(unit, intent, method, decline=decline)
    error = payment_methods.refusal(decline, keeps_changes=True, charge=charge["id"], payment_method=render(method))
    fail_payment(unit, intent, error, charge_id=charge["id"])
    return Result(status="declined", error=error)


def fail_authentication(unit: Unit, intent: StripeObject, method: StripeObject) -> Result:
    """The customer did not pass 3-D Secure: no charge was tried."""
    error = ApiError(
        "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
        status=402,
        type="invalid_request_error" if intent["object"] == "setup_intent" else "card_error",
        code=f"{intent['object']}_authentication_failure",
        is_executed=True,
        keeps_changes=True,
        extra={"payment_method": render(method)},
    )
    if intent["object"] == "payment_intent":
        fail_payment(unit, intent, error, charge_id=intent["latest_charge"])
    else:
        _fail_setup(unit, intent, error)
    return Result(status="declined", error=error)


def fail_payment(unit: Unit, intent: StripeObject, error: ApiError, *, charge_id: str | None) -> None:
    """Give a failed intent back for another method, with its event and the error that its payer sees."""
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        latest_charge=charge_id,
        next_action=None,
        last_payment_error=_shown_error(error),
    )
    unit.emit("payment_intent.payment_failed", intent)
    error.extra["payment_intent"] = render(intent)


def _shown_error(error: ApiError) -> dict[str, Any]:
    shown: dict[str, Any] = error.body(request_id="")["error"]
    shown.pop("request_log_url")
    return shown


def _next_action(unit: Unit, intent: StripeObject, *, return_url: str | None) -> dict[str, Any]:
    page = f"{unit.base_url}/3ds/{intent['id']}"
    if return_url is not None:
        return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": page}}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": page}}


def _demand_open(intent: StripeObject, *, verb: str) -> None:
    """The words for what has succeeded, and for what cannot be cancelled, are Stripe's as others saw them."""
    if intent["status"] not in OPEN:
        noun = "PaymentIntent" if intent["object"] == "payment_intent" else "SetupIntent"
        statuses = ["requires_payment_method", "requires_confirmation", "requires_action"]
        if intent["object"] == "payment_intent" and verb == "cancel":
            statuses[1:1] = ["requires_capture", "requires_reauthorization"]
            statuses.append("processing")
        reason = (
            f"it has a status of {intent['status']}. Only a {noun} with one of the following statuses may be "
            f"{_DONE[verb]}: {', '.join(statuses)}."
        )
        if intent["status"] == "succeeded" and verb == "confirm":
            reason = "it has already succeeded after being previously confirmed."
        raise ApiError(
            f"You cannot {verb} this {noun} because {reason}",
            code=f"{intent['object']}_unexpected_state",
            is_executed=True,
            extra={intent["object"]: render(intent)},
        )


def cancel(unit: Unit, intent: StripeObject, *, reason: str | None) -> StripeObject:
    """End an intent for good. Raises ApiError when it is done already."""
    if intent["status"] != "requires_capture":
        _demand_open(intent, verb="cancel")
    unit.unschedule("capture_expiry", intent["id"])
    intent.update(status="canceled", cancellation_reason=reason, next_action=None)
    if intent["object"] == "payment_intent":
        intent.update(canceled_at=unit.now, amount_capturable=0)
    unit.emit(f"{intent['object']}.canceled", intent)
    return intent


def create_setup(unit: Unit, **values: Any) -> StripeObject:
    """A setup intent that waits for a card, with its event."""
    intent = blank("setup_intent", id=ids.new_id("setup_intent"), **values)
    intent["client_secret"] = ids.new_secret(intent["id"])
    if intent["payment_method"] is not None:
        intent["status"] = "requires_confirmation"
    unit.add(intent)
    unit.emit("setup_intent.created", intent)
    return intent


def confirm_setup(
    unit: Unit,
    intent: StripeObject,
    method: StripeObject,
    *,
    is_authenticated: bool = False,
    return_url: str | None = None,
) -> Result:
    """Try to save the card; it is attached to the intent's customer when that works."""
    _demand_open(intent, verb="confirm")
    intent.update(payment_method=method["id"], next_action=None, last_setup_error=None)
    if not (is_authenticated and setup_attempts.is_waiting(unit, intent)):
        setup_attempts.begin(unit, intent, method)
    outcome = setup_outcome(method["_behaviour"])
    if outcome == "authenticate" and not is_authenticated:
        intent.update(status="requires_action", next_action=_next_action(unit, intent, return_url=return_url))
        setup_attempts.settle(unit, intent, status=setup_attempts.WAITING)
        unit.emit("setup_intent.requires_action", intent)
        return Result(status="requires_action")
    if outcome not in {"ok", "authenticate"}:
        error = payment_methods.refusal(decline_for(outcome), keeps_changes=True, payment_method=render(method))
        _fail_setup(unit, intent, error)
        return Result(status="declined", error=error)
    if intent["customer"]:
        customer = unit.get("customer", intent["customer"])
        payment_methods.attach(unit, method, customer=customer, is_checked=False)
        if intent.get("_is_default"):
            payment_methods.make_default(unit, method, customer=customer)
    method["_is_set_up"] = True
    intent["mandate"] = method.get("_mandate")
    intent.update(status="succeeded")
    setup_attempts.settle(unit, intent, status="succeeded")
    unit.emit("setup_intent.succeeded", intent)
    return Result(status="succeeded")


def _fail_setup(unit: Unit, intent: StripeObject, error: ApiError) -> None:
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_setup_error=_shown_error(error),
    )
    setup_attempts.settle(unit, intent, status="failed", error=intent["last_setup_error"])
    unit.emit("setup_intent.setup_failed", intent)
    error.extra["setup_intent"] = render(intent)
