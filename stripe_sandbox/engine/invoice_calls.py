"""Decides what the call that pays an invoice does, and how it says that the payment did not succeed.

Assumed: that Stripe may answer with the open invoice, and no error, when the customer has to act; a switch says so.
"""

from stripe_sandbox.engine import collection, invoices
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.store.unit import StripeObject, Unit, render


def pay(
    unit: Unit,
    invoice: StripeObject,
    *,
    method: StripeObject | None,
    is_out_of_band: bool = False,
    is_off_session: bool = True,
) -> StripeObject:
    """The call `invoices/pay`. Raises ApiError 402 for a decline or when the customer has to act; both are kept."""
    if invoice["status"] == "draft":
        invoices.finalize(unit, invoice)
    if invoice["status"] not in {"open", "uncollectible"}:
        # Both in Stripe's words, as others saw them; neither has a code.
        raise invalid("Invoice is already paid" if invoice["status"] == "paid" else "Voided invoices cannot be paid.")
    if is_out_of_band:
        invoices.mark_paid(unit, invoice, is_out_of_band=True)
        collection.follow_paid(unit, invoice)
        return invoice
    if invoice["amount_due"] == 0:
        invoices.mark_paid(unit, invoice)
        collection.follow_paid(unit, invoice)
        return invoice
    result = collection.collect(unit, invoice, method=method, is_manual=True, is_off_session=is_off_session)
    if result.status == "requires_action" and unit.settings["pay_requires_action"] == "error":
        raise _action_required(unit, invoice)
    if result.error is not None:
        result.error.keeps_changes = True
        raise result.error
    return invoice


def _action_required(unit: Unit, invoice: StripeObject) -> ApiError:
    return ApiError(
        "This payment requires additional user action before it can be completed successfully. "
        "Payment can be completed using the PaymentIntent associated with the invoice.",
        status=402,
        type="card_error",
        code="invoice_payment_intent_requires_action",
        is_executed=True,
        keeps_changes=True,
        extra={"payment_intent": render(unit.get("payment_intent", invoice["_intent"]))},
    )
