"""Decides what becomes of a draft under automatic tax whose customer's place is not known when it is to be final.

Documented: automatic tax can be switched off with the reason `finalization_requires_location_inputs`, an error has
the code `customer_tax_location_invalid`, and `invoice.finalization_failed` tells of a draft that cannot be final.
Assumed: renewals go on without tax, a draft made by hand stays one, and any other call is refused whole.
"""

from stripe_sandbox.engine import invoice_totals, tax
from stripe_sandbox.errors import ApiError
from stripe_sandbox.store.unit import StripeObject, Unit

CODE = "customer_tax_location_invalid"
MESSAGE = (
    "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax."
)


def settle(unit: Unit, invoice: StripeObject, customer: StripeObject, *, is_prepaid: bool) -> None:
    """Look at the customer's place as it is now, before the invoice becomes final.

    `is_prepaid`: the money is there, so nothing stands in the way. Raises ApiError for a draft that cannot be final.
    """
    invoice["last_finalization_error"] = None
    if not invoice["automatic_tax"]["enabled"]:
        return
    invoice["automatic_tax"] = tax.automatic(customer)
    if invoice["automatic_tax"]["status"] == "complete":
        return
    if invoice["billing_reason"] == "subscription_cycle" or is_prepaid:
        reason = "finalization_requires_location_inputs"
        invoice["automatic_tax"].update(enabled=False, status=None, disabled_reason=reason)
        invoice_totals.recompute(unit, invoice)
        return
    is_by_hand = invoice["billing_reason"] == "manual"
    error = ApiError(MESSAGE, code=CODE, is_executed=True, keeps_changes=is_by_hand)
    if is_by_hand:
        shown = error.body(request_id="")["error"]
        invoice["last_finalization_error"] = {key: shown[key] for key in shown if key != "request_log_url"}
        invoice["automatically_finalizes_at"] = invoice["next_payment_attempt"] = None
        unit.emit("invoice.finalization_failed", invoice)
    raise error
