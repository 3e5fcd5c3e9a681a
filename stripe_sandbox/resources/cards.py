"""Routes of payment methods and setup intents."""

from typing import Any

from stripe_sandbox.engine import intents, local_methods, payment_methods
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter, no_such
from stripe_sandbox.resources.updates import merge_metadata, refuse, take, take_into
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route


@route("POST", "/v1/payment_methods", schema="payment_method_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A card from a listed test number or a `tok_` token, or a method of another type; no number is kept."""
    refuse(params, "payment_method", "customer")
    kind = params.get("type")
    if kind is None:
        raise missing_parameter("type")
    details = params.get("billing_details")
    if kind == "card":
        method = _card(unit, params.get("card"), details)
    else:
        method = local_methods.create(unit, kind, params.get(kind), billing_details=details)
    method["metadata"] = merge_metadata({}, params.get("metadata") or {})
    return method


def _card(unit: Unit, card: dict[str, Any] | None, details: dict[str, Any] | None) -> StripeObject:
    if not card:
        raise missing_parameter("card")
    if not card.get("token"):
        return _from_number(unit, card, details)
    method = payment_methods.resolve(unit, card["token"], param="card[token]")
    method["billing_details"] = payment_methods.billing_address(details or {})
    return method


def _from_number(unit: Unit, card: dict[str, Any], details: dict[str, Any] | None) -> StripeObject:
    for key in ("number", "exp_month", "exp_year"):
        if card.get(key) is None:
            raise missing_parameter(f"card[{key}]")
    listed = payment_methods.check_number(card["number"])
    payment_methods.check_expiry(unit, exp_month=card["exp_month"], exp_year=card["exp_year"])
    payment_methods.check_cvc(listed, card.get("cvc"))
    return payment_methods.create(
        unit, listed, exp_month=card["exp_month"], exp_year=card["exp_year"], billing_details=details
    )


@route("GET", "/v1/payment_methods/{method}", schema="payment_method_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], method: str) -> StripeObject:
    """One card."""
    return unit.get("payment_method", method, param="payment_method")


@route("POST", "/v1/payment_methods/{method}", schema="payment_method_update")
def update(unit: Unit, params: dict[str, Any], method: str) -> StripeObject:
    """Change what is printed on the card or who is billed."""
    found = unit.get("payment_method", method, param="payment_method")
    take(found, params, "allow_redisplay")
    if found["type"] == "card":
        take_into(found["card"], params.get("card"))
    take_into(found["billing_details"], params.get("billing_details"))
    unit.emit("payment_method.updated", found)
    return found


@route("GET", "/v1/payment_methods", schema="payment_method_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Cards of one customer."""
    where = Filter().equals("type", params.get("type"))
    if params.get("customer"):
        unit.get("customer", params["customer"], param="customer", status=400)
        where.add("customer = ?", params["customer"])
    else:
        where.add("customer IS NOT NULL")
    return page(unit, "payment_method", params, url="/v1/payment_methods", where=where)


@route("POST", "/v1/payment_methods/{method}/attach", schema="payment_method_attach")
def attach(unit: Unit, params: dict[str, Any], method: str) -> StripeObject:
    """Give a card, or a fresh one from a test token, to a customer."""
    if not params.get("customer"):
        raise missing_parameter("customer")
    customer = unit.get("customer", params["customer"], param="customer", status=400)
    found = payment_methods.resolve(unit, method)
    return payment_methods.attach(unit, found, customer=customer)


@route("POST", "/v1/payment_methods/{method}/detach", schema="payment_method_detach")
def detach(unit: Unit, params: dict[str, Any], method: str) -> StripeObject:
    """Take a card from its customer."""
    return payment_methods.detach(unit, unit.get("payment_method", method, param="payment_method"))


@route("POST", "/v1/setup_intents", schema="setup_intent_create")
def create_setup(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A setup intent, confirmed at once if asked."""
    refuse(params, "payment_method_data", "confirmation_token", "on_behalf_of", "single_use", "flow_directions")
    customer, method = _parties(unit, params)
    setup = intents.create_setup(
        unit,
        customer=customer,
        description=params.get("description"),
        metadata=merge_metadata({}, params.get("metadata") or {}),
        usage=params.get("usage") or "off_session",
        payment_method=method["id"] if method else None,
        payment_method_types=params.get("payment_method_types") or ["card"],
        automatic_payment_methods=_automatic(params),
    )
    if params.get("confirm"):
        _confirm(unit, setup, method, return_url=params.get("return_url"))
    return setup


def _parties(unit: Unit, params: dict[str, Any]) -> tuple[str | None, StripeObject | None]:
    if params.get("customer"):
        unit.get("customer", params["customer"], param="customer", status=400)
    name = params.get("payment_method")
    method = payment_methods.resolve(unit, name, status=400) if name else None
    if method and method["customer"] not in (None, params.get("customer")):
        raise ApiError("The payment method supplied belongs to a different Customer.", param="payment_method")
    return params.get("customer"), method


def _automatic(params: dict[str, Any]) -> dict[str, Any] | None:
    if params.get("payment_method_types"):
        return None
    given = params.get("automatic_payment_methods") or {}
    return {"allow_redirects": given.get("allow_redirects", "always"), "enabled": True}


def _confirm(unit: Unit, setup: StripeObject, method: StripeObject | None, *, return_url: str | None) -> None:
    if method is None:
        raise invalid_parameter(
            "You cannot confirm this SetupIntent because it's missing a payment method.", param="payment_method"
        )
    result = intents.confirm_setup(unit, setup, method, return_url=return_url)
    if result.error is not None:
        raise result.error


@route("GET", "/v1/setup_intents/{intent}", schema="setup_intent_retrieve")
def retrieve_setup(unit: Unit, params: dict[str, Any], intent: str) -> StripeObject:
    """One setup intent."""
    return unit.get("setup_intent", intent, param="intent")


@route("POST", "/v1/setup_intents/{intent}", schema="setup_intent_update")
def update_setup(unit: Unit, params: dict[str, Any], intent: str) -> StripeObject:
    """Change a setup intent that is not confirmed yet."""
    found = unit.get("setup_intent", intent, param="intent")
    if params.get("payment_method"):
        method = payment_methods.resolve(unit, params["payment_method"], status=400)
        found.update(payment_method=method["id"], status="requires_confirmation")
    if params.get("customer"):
        found["customer"] = unit.get("customer", params["customer"], param="customer", status=400)["id"]
    take(found, params, "description")
    return found


@route("POST", "/v1/setup_intents/{intent}/confirm", schema="setup_intent_confirm")
def confirm_setup(unit: Unit, params: dict[str, Any], intent: str) -> StripeObject:
    """Confirm with the given card or the one it has."""
    found = unit.get("setup_intent", intent, param="intent")
    name = params.get("payment_method") or found["payment_method"]
    method = payment_methods.resolve(unit, name, status=400) if name else None
    if method and method["customer"] not in (None, found["customer"]):
        raise no_such("payment_method", method["id"], param="payment_method", status=400)
    _confirm(unit, found, method, return_url=params.get("return_url"))
    return found


@route("POST", "/v1/setup_intents/{intent}/cancel", schema="setup_intent_cancel")
def cancel_setup(unit: Unit, params: dict[str, Any], intent: str) -> StripeObject:
    """End a setup intent."""
    found = unit.get("setup_intent", intent, param="intent")
    return intents.cancel(unit, found, reason=params.get("cancellation_reason"))


@route("GET", "/v1/setup_intents", schema="setup_intent_list")
def list_setups(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Setup intents."""
    where = Filter().created(params.get("created")).equals("payment_method", params.get("payment_method"))
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    return page(unit, "setup_intent", params, url="/v1/setup_intents", where=where)
