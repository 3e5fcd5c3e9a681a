"""Decides how much of an invoice a credit note takes back, where that money goes, and what voiding it undoes."""

from dataclasses import dataclass, field
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import collection, customer_balance, refunds
from stripe_sandbox.engine.credit_note_lines import make_lines, sums
from stripe_sandbox.errors import invalid, invalid_parameter
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

CREDITABLE = ("open", "paid", "uncollectible")


@dataclass(frozen=True)
class CreditOrder:
    """What is asked for, amounts in minor units. `links`: (refund id, amount or None for all of it)."""

    amount: int | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)
    credit_amount: int = 0
    refund_amount: int = 0
    out_of_band_amount: int = 0
    links: list[tuple[str, int | None]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


def draft(unit: Unit, invoice: StripeObject, order: CreditOrder) -> StripeObject:
    """The note as it would be, not stored. Raises ApiError when it cannot be.

    It first lowers what is still to be paid; only what exceeds that was paid, and must go somewhere.
    """
    if invoice["status"] not in CREDITABLE:
        raise invalid(f"Credit notes are for finalized invoices; this one is {invoice['status']}.", param="invoice")
    lines = make_lines(unit, invoice, amount=order.amount, asked=order.lines)
    figures = sums(invoice, lines)
    total = figures["total"]
    linked = [_link(unit, invoice, name, amount=amount) for name, amount in order.links]
    before_payment = min(total, invoice["amount_remaining"])
    after_payment = total - before_payment
    _check(unit, invoice, order, total=total, after_payment=after_payment, linked=linked)
    token = ids.random_text(40)
    note = blank(
        "credit_note",
        id=ids.new_id("credit_note"),
        currency=invoice["currency"],
        customer=invoice["customer"],
        created=unit.now,
        effective_at=unit.now,
        invoice=invoice["id"],
        number=_number(unit, invoice),
        out_of_band_amount=order.out_of_band_amount or None,
        pdf=f"{unit.base_url}/cn/{token}/pdf",
        post_payment_amount=after_payment,
        pre_payment_amount=before_payment,
        refunds=linked,
        type=_type(before_payment, after_payment),
        _token=token,
        **figures,
    )
    note.update({key: value for key, value in order.values.items() if value is not None})
    note["lines"] = {
        "object": "list",
        "data": lines,
        "has_more": False,
        "url": f"/v1/credit_notes/{note['id']}/lines",
    }
    return note


def _type(before_payment: int, after_payment: int) -> str:
    if before_payment and after_payment:
        return "mixed"
    return "post_payment" if after_payment else "pre_payment"


def _number(unit: Unit, invoice: StripeObject) -> str:
    return f"{invoice['number']}-CN-{len(_notes_of(unit, invoice)) + 1:02d}"


def _notes_of(unit: Unit, invoice: StripeObject) -> list[StripeObject]:
    return unit.select("credit_note", where="json_extract(data, '$.invoice') = ?", values=[invoice["id"]])


def _link(unit: Unit, invoice: StripeObject, name: str, *, amount: int | None) -> dict[str, Any]:
    refund = unit.get("refund", name, param="refunds[0][refund]", status=400)
    if refund["payment_intent"] != invoice.get("_intent"):
        raise invalid(f"The refund {name} is not of a payment of this invoice.", param="refunds")
    used = _linked_amounts(unit, invoice).get(name, 0)
    wanted = refund["amount"] - used if amount is None else amount
    if refund["status"] in {"failed", "canceled"} or not 0 < wanted <= refund["amount"] - used:
        raise invalid(f"The refund {name} does not hold that amount for a credit note.", param="refunds")
    return {"amount_refunded": wanted, "payment_record_refund": None, "refund": name, "type": "refund"}


def _linked_amounts(unit: Unit, invoice: StripeObject) -> dict[str, int]:
    found: dict[str, int] = {}
    for note in _notes_of(unit, invoice):
        for entry in note["refunds"]:
            found[entry["refund"]] = found.get(entry["refund"], 0) + entry["amount_refunded"]
    return found


def _check(
    unit: Unit,
    invoice: StripeObject,
    order: CreditOrder,
    *,
    total: int,
    after_payment: int,
    linked: list[dict[str, Any]],
) -> None:
    if total <= 0:
        raise invalid_parameter("The credit note amount must be greater than 0.", param="amount")
    noted = invoice["pre_payment_credit_notes_amount"] + invoice["post_payment_credit_notes_amount"]
    left = invoice["total"] - noted - _refunded_without_note(unit, invoice)
    # A refund that this note links is told of by the note from here on.
    left += sum(entry["amount_refunded"] for entry in linked)
    if total > left:
        raise invalid(
            f"The credit note amount ({total}) is more than what can still be credited of this invoice ({left}).",
            param="amount",
        )
    parts = [order.refund_amount, order.credit_amount, order.out_of_band_amount]
    if min(parts) < 0:
        raise invalid_parameter("Amounts must not be negative.", param="amount")
    given = sum(parts) + sum(entry["amount_refunded"] for entry in linked)
    if given != after_payment:
        raise invalid(
            "The sum of refund_amount, credit_amount, out_of_band_amount and refunds must equal the amount of the "
            f"credit note that was paid ({after_payment}); it is {given}."
        )


def _refunded_without_note(unit: Unit, invoice: StripeObject) -> int:
    """What was given back of this invoice's payment and stands on no credit note."""
    where = (
        "json_extract(data, '$.payment_intent') = ? AND json_extract(data, '$.status') NOT IN ('failed', 'canceled')"
    )
    made = unit.select("refund", where=where, values=[invoice.get("_intent")])
    noted = _linked_amounts(unit, invoice)
    return sum(refund["amount"] - noted.get(refund["id"], 0) for refund in made)


def issue(unit: Unit, invoice: StripeObject, order: CreditOrder) -> StripeObject:
    """Issue the note: money goes back, the customer's balance and the invoice follow. Raises ApiError as `draft`."""
    note = unit.add(draft(unit, invoice, order))
    if order.refund_amount:
        note["refunds"] = [*note["refunds"], _refund(unit, invoice, amount=order.refund_amount)]
    if order.credit_amount:
        customer = unit.get("customer", invoice["customer"])
        entry = customer_balance.change(
            unit,
            customer,
            amount=-order.credit_amount,
            kind="credit_note",
            currency=invoice["currency"],
            invoice=invoice,
            credit_note=note["id"],
        )
        note["customer_balance_transaction"] = entry["id"]
    unit.emit("credit_note.created", note)
    invoice["post_payment_credit_notes_amount"] += note["post_payment_amount"]
    _lower(unit, invoice, by=note["pre_payment_amount"])
    unit.emit("invoice.updated", invoice)
    if invoice["status"] == "open" and invoice["amount_due"] == 0:
        collection.settle_or_collect(unit, invoice, is_off_session=True)
    return note


def _refund(unit: Unit, invoice: StripeObject, *, amount: int) -> dict[str, Any]:
    intent = unit.find("payment_intent", invoice.get("_intent", ""))
    if intent is None or intent["latest_charge"] is None or invoice["status"] != "paid":
        raise invalid("This invoice has no payment that could be refunded.", param="refund_amount")
    charge = unit.get("charge", intent["latest_charge"])
    refund = refunds.create(unit, charge, amount=amount, reason=None, metadata={})
    return {"amount_refunded": amount, "payment_record_refund": None, "refund": refund["id"], "type": "refund"}


def _lower(unit: Unit, invoice: StripeObject, *, by: int) -> None:
    """Less is to be paid from here on, of the invoice and of its payment intent."""
    invoice["pre_payment_credit_notes_amount"] += by
    invoice["amount_due"] -= by
    invoice["amount_remaining"] -= by
    if by and "_intent" in invoice and invoice["amount_due"] > 0:
        unit.get("payment_intent", invoice["_intent"])["amount"] = invoice["amount_due"]
        unit.get("invoice_payment", invoice["_payment"])["amount_requested"] = invoice["amount_due"]


def void(unit: Unit, note: StripeObject) -> StripeObject:
    """Take a note back while its invoice is still open. Raises ApiError later: what was paid out stays so."""
    invoice = unit.get("invoice", note["invoice"])
    if note["status"] == "void" or invoice["status"] != "open" or note["type"] != "pre_payment":
        raise invalid("You can only void an issued credit note of an open invoice.")
    note.update(status="void", voided_at=unit.now)
    _lower(unit, invoice, by=-note["pre_payment_amount"])
    unit.emit("credit_note.voided", note)
    unit.emit("invoice.updated", invoice)
    return note
