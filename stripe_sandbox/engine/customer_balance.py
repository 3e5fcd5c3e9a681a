"""Decides what the entries of a customer's balance say; it must not know why the balance changes."""

from stripe_sandbox import ids
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit


def change(
    unit: Unit,
    customer: StripeObject,
    *,
    amount: int,
    kind: str = "adjustment",
    currency: str | None = None,
    invoice: StripeObject | None = None,
    credit_note: str | None = None,
) -> StripeObject:
    """Add this amount (minor units; below zero is credit) to what the customer owes, with an entry that says why.

    `kind` is Stripe's word: adjustment, initial, applied_to_invoice, unapplied_from_invoice, invoice_too_small,
    invoice_overpaid, credit_note.
    """
    customer["balance"] += amount
    entry = blank(
        "customer_balance_transaction",
        id=ids.new_id("customer_balance_transaction"),
        amount=amount,
        credit_note=credit_note,
        currency=currency or customer["currency"] or "usd",
        customer=customer["id"],
        ending_balance=customer["balance"],
        invoice=None if invoice is None else invoice["id"],
        type=kind,
    )
    unit.add(entry)
    if customer["currency"] is None:
        customer["currency"] = entry["currency"]
    unit.emit("customer.updated", customer)
    return entry
