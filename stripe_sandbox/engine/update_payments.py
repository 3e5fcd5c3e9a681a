"""Decides how the invoice that a change makes is paid within the call, as the payment behaviour says."""

from stripe_sandbox.engine import collection, intents, invoices, pauses, payment_methods
from stripe_sandbox.errors import ApiError
from stripe_sandbox.store.unit import StripeObject, Unit


def pay_now(unit: Unit, invoice: StripeObject, *, payment_behavior: str = "allow_incomplete") -> None:
    """Make the draft final and collect it; one that is only imagined stays a draft.

    Raises ApiError 402 for error_if_incomplete when the payment does not succeed: then nothing is kept.
    """
    if unit.is_imagined:
        return
    subscription = invoices.subscription_of(unit, invoice)
    if subscription is not None and pauses.hold_back(unit, subscription, invoice):
        return
    invoices.finalize(unit, invoice)
    invoice["webhooks_delivered_at"] = unit.now
    if payment_behavior == "default_incomplete" and _needs_card(invoice):
        _wait_for_confirmation(unit, invoice)
        return
    result = collection.settle_or_collect(unit, invoice, is_off_session=payment_behavior == "allow_incomplete")
    if result.status in {"declined", "requires_action"} and payment_behavior == "error_if_incomplete":
        raise not_kept(result)


def _needs_card(invoice: StripeObject) -> bool:
    return invoice["amount_due"] > 0 and invoice["collection_method"] == "charge_automatically"


def _wait_for_confirmation(unit: Unit, invoice: StripeObject) -> None:
    """The customer is to confirm the payment; until then the subscription is behind with it."""
    subscription = invoices.subscription_of(unit, invoice)
    customer = unit.get("customer", invoice["customer"])
    method = payment_methods.default_for(unit, customer=customer, subscription=subscription)
    if method is not None:
        intent = unit.get("payment_intent", invoice["_intent"])
        intent.update(payment_method=method["id"], status="requires_confirmation")
    if subscription is not None and subscription["status"] == "active":
        subscription["status"] = "past_due"


def not_kept(result: intents.Result) -> ApiError:
    """The error of a payment whose call leaves nothing behind; it names no charge, for none is kept."""
    if result.error is None:
        return ApiError(
            "Your card was declined. This transaction requires authentication.",
            status=402,
            type="card_error",
            code="subscription_payment_intent_requires_action",
            is_executed=True,
        )
    result.error.keeps_changes = False
    for key in ("charge", "payment_intent"):
        result.error.extra.pop(key, None)
    return result.error
