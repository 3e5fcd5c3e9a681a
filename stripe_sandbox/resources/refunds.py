"""Routes of refunds, alone and below their charge."""

from typing import Any

from stripe_sandbox.engine import refunds
from stripe_sandbox.errors import ApiError, invalid, no_such
from stripe_sandbox.resources.updates import merge_metadata, refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

NOT_BUILT = ("currency", "customer", "origin", "refund_application_fee", "reverse_transfer")
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


@route("POST", "/v1/refunds", schema="refund_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Give back a payment, whole or in part."""
    refuse(params, *NOT_BUILT)
    return _create(unit, params, charge=_charge(unit, params))


def _create(unit: Unit, params: dict[str, Any], *, charge: StripeObject) -> StripeObject:
    reason = params.get("reason")
    if reason is not None and reason not in REASONS:
        raise ApiError(f"Invalid reason: must be one of {', '.join(REASONS[:-1])}, or {REASONS[-1]}", param="reason")
    metadata = merge_metadata({}, params.get("metadata") or {})
    return refunds.create(unit, charge, amount=params.get("amount"), reason=reason, metadata=metadata)


def _charge(unit: Unit, params: dict[str, Any]) -> StripeObject:
    charge_id, intent_id = params.get("charge"), params.get("payment_intent")
    if not charge_id and not intent_id:
        raise ApiError(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    if charge_id:
        charge = unit.get("charge", charge_id, param="charge")
        if intent_id and charge["payment_intent"] != intent_id:
            raise invalid("The charge does not belong to the payment intent.", param="payment_intent")
        return charge
    intent = unit.get("payment_intent", intent_id or "", param="payment_intent")
    if intent["latest_charge"] is None:
        raise invalid(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return unit.get("charge", intent["latest_charge"])


@route("GET", "/v1/refunds/{refund}", schema="refund_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], refund: str) -> StripeObject:
    """One refund."""
    return unit.get("refund", refund)


@route("POST", "/v1/refunds/{refund}", schema="refund_update")
def update(unit: Unit, params: dict[str, Any], refund: str) -> StripeObject:
    """Change the metadata, the only thing that may change."""
    found = unit.get("refund", refund)
    take(found, params)
    unit.emit("refund.updated", found, twin="charge.refund.updated")
    return found


@route("POST", "/v1/refunds/{refund}/cancel", schema="refund_cancel")
def cancel(unit: Unit, params: dict[str, Any], refund: str) -> StripeObject:
    """End a refund that waits for the customer; no other can be ended by this call."""
    found = unit.get("refund", refund)
    if found["status"] != "requires_action":
        raise invalid(f"You can only cancel a refund with a status of requires_action; this is {found['status']}.")
    return refunds.cancel(unit, found)


@route("GET", "/v1/refunds", schema="refund_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Refunds, by charge or payment intent."""
    where = Filter().created(params.get("created")).equals("charge", params.get("charge"))
    where.equals("payment_intent", params.get("payment_intent"))
    return page(unit, "refund", params, url="/v1/refunds", where=where)


@route("GET", "/v1/charges/{charge}/refunds", schema="refund_list")
def list_of_charge(unit: Unit, params: dict[str, Any], charge: str) -> StripeObject:
    """The refunds of one charge."""
    unit.get("charge", charge)
    where = Filter().created(params.get("created")).equals("charge", charge)
    return page(unit, "refund", params, url=f"/v1/charges/{charge}/refunds", where=where)


@route("GET", "/v1/charges/{charge}/refunds/{refund}", schema="refund_retrieve")
def retrieve_of_charge(unit: Unit, params: dict[str, Any], charge: str, refund: str) -> StripeObject:
    """One refund of this charge."""
    found = unit.get("refund", refund)
    if found["charge"] != charge:
        raise no_such("refund", refund)
    return found
