"""Routes of payment intents and charges."""

from typing import Any

from stripe_sandbox.engine import captures, collection, intents, payment_methods
from stripe_sandbox.engine.amounts import format_amount, smallest_charge_minor
from stripe_sandbox.errors import ApiError, invalid, invalid_parameter
from stripe_sandbox.resources.updates import merge_metadata, refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

NOT_BUILT = (
    "application_fee_amount",
    "confirmation_token",
    "on_behalf_of",
    "payment_method_data",
    "transfer_data",
    "transfer_group",
)

LARGEST_CHARGE = 99_999_999


@route("POST", "/v1/payment_intents", schema="payment_intent_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A payment intent, confirmed at once if asked."""
    refuse(params, *NOT_BUILT)
    currency = params["currency"].lower()
    _check_amount(params["amount"], currency=currency)
    if params.get("customer"):
        unit.get("customer", params["customer"], param="customer", status=400)
    method = _method(unit, params.get("payment_method"), customer=params.get("customer"))
    has_types = bool(params.get("payment_method_types"))
    automatic = params.get("automatic_payment_methods") or {}
    intent = intents.create_payment(
        unit,
        amount=params["amount"],
        currency=currency,
        customer=params.get("customer"),
        automatic_payment_methods=None
        if has_types
        else {"allow_redirects": automatic.get("allow_redirects") or "always", "enabled": True},
        capture_method=params.get("capture_method") or "automatic_async",
        description=params.get("description"),
        metadata=merge_metadata({}, params.get("metadata") or {}),
        payment_method=method["id"] if method else None,
        payment_method_types=params.get("payment_method_types") or ["card"],
        receipt_email=params.get("receipt_email"),
        setup_future_usage=params.get("setup_future_usage"),
        shipping=_shipping(params.get("shipping")),
        statement_descriptor=params.get("statement_descriptor"),
        statement_descriptor_suffix=params.get("statement_descriptor_suffix"),
        payment_method_configuration_details=None,
    )
    if params.get("confirm"):
        _confirm(unit, intent, method, params)
    elif params.get("off_session"):
        raise invalid_parameter("You cannot set `off_session` unless `confirm` is true.", param="off_session")
    return intent


def _shipping(given: dict[str, Any] | None) -> dict[str, Any] | None:
    if not given:
        return None
    shown = {key: given.get(key) for key in ("carrier", "name", "phone", "tracking_number")}
    address = given.get("address") or {}
    shown["address"] = {key: address.get(key) for key in payment_methods.EMPTY_BILLING["address"]}
    return shown


def _check_amount(amount: int, *, currency: str) -> None:
    smallest = smallest_charge_minor(currency)
    if amount <= 0:
        raise invalid_parameter(
            "The amount must be greater than or equal to the minimum charge amount allowed for your account and the "
            "currency set (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).  If you want to "
            "save a Payment Method for future use without an immediate payment, use a Setup Intent instead: "
            "https://docs.stripe.com/payments/setup-intents",
            param="amount",
            code="parameter_invalid_integer",
        )
    if amount > LARGEST_CHARGE:
        most = format_amount(LARGEST_CHARGE, currency=currency)
        raise invalid_parameter(f"Amount must be no more than {most}", param="amount", code="amount_too_large")
    if amount < smallest:
        raise invalid_parameter(
            f"Amount must be at least {format_amount(smallest, currency=currency)} {currency}",
            param="amount",
            code="amount_too_small",
        )


def _method(unit: Unit, name: str | None, *, customer: str | None) -> StripeObject | None:
    if not name:
        return None
    method = payment_methods.resolve(unit, name, status=400)
    if method["customer"] is not None and method["customer"] != customer:
        raise ApiError(
            "The provided PaymentMethod cannot be attached: it belongs to a Customer; pass that Customer too.",
            param="payment_method",
        )
    return method


def _confirm(unit: Unit, intent: StripeObject, method: StripeObject | None, params: dict[str, Any]) -> None:
    if method is None:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
        )
    result = collection.confirm_intent(
        unit,
        intent,
        method,
        is_off_session=bool(params.get("off_session")),
        return_url=params.get("return_url"),
    )
    if result.error is not None:
        raise result.error


@route("GET", "/v1/payment_intents/{intent}", schema="payment_intent_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], intent: str) -> StripeObject:
    """One payment intent."""
    return unit.get("payment_intent", intent, param="intent")


@route("POST", "/v1/payment_intents/{intent}", schema="payment_intent_update")
def update(unit: Unit, params: dict[str, Any], intent: str) -> StripeObject:
    """Change a payment intent that is not confirmed yet."""
    refuse(params, *NOT_BUILT)
    found = unit.get("payment_intent", intent, param="intent")
    if found["status"] not in {"requires_payment_method", "requires_confirmation"} and set(params) - {
        "metadata",
        "description",
    }:
        raise invalid(
            f"This PaymentIntent's parameters could not be updated because it has a status of {found['status']}.",
            code="payment_intent_unexpected_state",
        )
    if params.get("amount") is not None:
        _check_amount(params["amount"], currency=found["currency"])
    method = _method(unit, params.pop("payment_method", None), customer=found["customer"])
    if method is not None:
        found.update(payment_method=method["id"], status="requires_confirmation")
    if "shipping" in params:
        params["shipping"] = _shipping(params["shipping"])
    take(found, params, "amount", "description", "receipt_email", "setup_future_usage", "shipping")
    return found


@route("POST", "/v1/payment_intents/{intent}/confirm", schema="payment_intent_confirm")
def confirm(unit: Unit, params: dict[str, Any], intent: str) -> StripeObject:
    """Confirm with the given card or the one it has."""
    refuse(params, *NOT_BUILT)
    found = unit.get("payment_intent", intent, param="intent")
    name = params.get("payment_method") or found["payment_method"]
    _confirm(unit, found, _method(unit, name, customer=found["customer"]), params)
    return found


@route("POST", "/v1/payment_intents/{intent}/capture", schema="payment_intent_capture")
def capture(unit: Unit, params: dict[str, Any], intent: str) -> StripeObject:
    """Take an authorised amount, whole or in part; the rest is given back."""
    refuse(params, *NOT_BUILT)
    found = unit.get("payment_intent", intent, param="intent")
    return captures.capture(unit, found, amount=params.get("amount_to_capture"))


@route("POST", "/v1/payment_intents/{intent}/cancel", schema="payment_intent_cancel")
def cancel(unit: Unit, params: dict[str, Any], intent: str) -> StripeObject:
    """End a payment intent; an invoice's own ends with its invoice."""
    found = unit.get("payment_intent", intent, param="intent")
    if "_invoice" in found:
        raise invalid(
            "You cannot cancel this PaymentIntent because it belongs to an invoice: void the invoice instead.",
            code="payment_intent_unexpected_state",
        )
    return intents.cancel(unit, found, reason=params.get("cancellation_reason"))


@route("GET", "/v1/payment_intents", schema="payment_intent_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Payment intents."""
    where = Filter().created(params.get("created"))
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    return page(unit, "payment_intent", params, url="/v1/payment_intents", where=where)


@route("GET", "/v1/charges/{charge}", schema="charge_retrieve")
def retrieve_charge(unit: Unit, params: dict[str, Any], charge: str) -> StripeObject:
    """One charge."""
    return unit.get("charge", charge)


@route("POST", "/v1/charges/{charge}", schema="charge_update")
def update_charge(unit: Unit, params: dict[str, Any], charge: str) -> StripeObject:
    """Change what is noted about a charge."""
    refuse(params, "fraud_details", "transfer_group", "customer")
    found = unit.get("charge", charge)
    take(found, params, "description", "receipt_email", "shipping")
    unit.emit("charge.updated", found)
    return found


@route("POST", "/v1/charges/{charge}/capture", schema="charge_capture")
def capture_charge(unit: Unit, params: dict[str, Any], charge: str) -> StripeObject:
    """Take an authorised amount, named by its charge."""
    refuse(params, "application_fee", "application_fee_amount", "transfer_data", "transfer_group")
    return captures.capture_charge(unit, unit.get("charge", charge), amount=params.get("amount"))


@route("GET", "/v1/charges", schema="charge_list")
def list_charges(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Charges."""
    where = Filter().created(params.get("created")).equals("payment_intent", params.get("payment_intent"))
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    return page(unit, "charge", params, url="/v1/charges", where=where)
