"""Decides the invoice that a one-off checkout makes when it is asked to, and the one-off lines of a subscription's.

Documented: the invoice comes after the payment and is paid by it; one-time prices are billed on a subscription's
first invoice only.
"""

from typing import Any

from stripe_sandbox.engine import checkout_totals, discounts, drafts, invoice_items, invoices
from stripe_sandbox.store.unit import StripeObject, Unit


def one_off_lines(session: StripeObject) -> list[dict[str, Any]]:
    """The lines that are billed once."""
    return [line for line in session["_line_items"] if line["price"]["recurring"] is None]


def recurring_lines(session: StripeObject) -> list[dict[str, Any]]:
    """The lines that become a subscription's items."""
    return [line for line in session["_line_items"] if line["price"]["recurring"] is not None]


def add_items(unit: Unit, session: StripeObject, *, customer: StripeObject) -> list[StripeObject]:
    """Pending invoice items for the one-off lines; the customer's next invoice takes them."""
    rates = session.get("_line_tax_rates", {})
    return [
        invoice_items.create(
            unit,
            invoice_items.Entry(
                customer_id=customer["id"],
                amount_minor=line["amount_subtotal"],
                currency=session["currency"],
                description=line["description"],
                price=unit.get("price", line["price"]["id"]),
                period=(unit.now, unit.now),
                quantity=line["quantity"],
                unit_amount_decimal=line["price"]["unit_amount_decimal"],
                tax_rates=[unit.get("tax_rate", name) for name in rates.get(line["id"], [])],
            ),
        )
        for line in one_off_lines(session)
    ]


def make_invoice(unit: Unit, session: StripeObject, *, customer: StripeObject, paid: StripeObject | None) -> None:
    """The paid invoice of a one-off order, where the session asks for one."""
    wanted = session["invoice_creation"]
    if not (wanted or {}).get("enabled"):
        return
    data = wanted["invoice_data"]
    waiting = add_items(unit, session, customer=customer)
    invoice = drafts.create(
        unit,
        customer=customer,
        subscription=None,
        lines=[invoice_items.as_line(item) for item in waiting],
        reason="manual",
        period=(unit.now, unit.now),
        currency=session["currency"],
    )
    invoice_items.attach(waiting, invoice)
    invoice.update(
        auto_advance=False,
        custom_fields=data["custom_fields"],
        description=data["description"],
        footer=data["footer"],
        metadata=dict(data["metadata"]),
        webhooks_delivered_at=unit.now,
    )
    redeemed = checkout_totals.wanted(unit, session)
    invoice["discounts"] = discounts.grant_all(
        unit, redeemed, customer=customer["id"], invoice=invoice["id"], checkout_session=session["id"]
    )
    drafts.set_amounts(unit, invoice)
    unit.emit("invoice.created", invoice)
    invoices.finalize(unit, invoice, prepaid=paid)
    if paid is None or paid["status"] == "succeeded":
        invoice["attempt_count"] = 1 if paid is not None else 0
        invoices.mark_paid(unit, invoice)
    session["invoice"] = invoice["id"]
