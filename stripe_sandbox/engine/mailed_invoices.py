"""Decides when an invoice that is sent, not charged, has to be paid, and what sending one means."""

from typing import Any

from stripe_sandbox.engine import collection, invoices
from stripe_sandbox.errors import invalid, invalid_parameter, missing_parameter
from stripe_sandbox.store.unit import StripeObject, Unit


def set_terms(unit: Unit, invoice: StripeObject, params: dict[str, Any]) -> None:
    """Put `collection_method`, `days_until_due` and `due_date` on a draft. Raises ApiError when they do not fit."""
    invoice["collection_method"] = params.get("collection_method") or invoice["collection_method"]
    is_sent = invoice["collection_method"] == "send_invoice"
    for name in ("days_until_due", "due_date"):
        if params.get(name) is not None and not is_sent:
            raise invalid_parameter(f"`{name}` is for invoices with collection_method=send_invoice only.", param=name)
    if params.get("due_date") is not None and params["due_date"] <= unit.now:
        raise invalid_parameter("The due date must lie in the future.", param="due_date")
    if params.get("due_date") is not None and params.get("days_until_due") is not None:
        raise invalid_parameter("Give one of `due_date` and `days_until_due`.", param="due_date")
    invoice["due_date"] = params.get("due_date", invoice["due_date"])
    invoice["_days_until_due"] = params.get("days_until_due", invoice.get("_days_until_due"))
    has_term = invoice["due_date"] is not None or invoice["_days_until_due"] is not None
    if is_sent and not has_term and invoices.subscription_of(unit, invoice) is None:
        raise missing_parameter("days_until_due")


def send(unit: Unit, invoice: StripeObject) -> StripeObject:
    """The call `invoices/send`: a draft becomes final by it. No mail goes out, only its event.

    Assumed: a paid invoice can be sent again, a void one cannot.
    """
    if invoice["status"] == "void":
        raise invalid("You can't send an invoice that is void.")
    if invoice["status"] == "draft":
        invoices.finalize(unit, invoice)
        if invoice["amount_due"] == 0:
            collection.settle_or_collect(unit, invoice, is_off_session=True)
    unit.emit("invoice.sent", invoice)
    return invoice


def announce_due(unit: Unit, invoice_id: str) -> None:
    """Timer: the due date of an invoice that is still to be paid comes near."""
    invoice = unit.get("invoice", invoice_id)
    if invoice["status"] == "open":
        unit.emit("invoice.will_be_due", invoice)
