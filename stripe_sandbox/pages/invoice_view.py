"""Decides what a hosted invoice says: standing, lines, sums; the PDF says the same. Knows no request."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_sandbox.hosted.invoice_page import InvoiceView
from stripe_sandbox.pages.checkout_view import Line
from stripe_sandbox.pages.words import (
    card_label,
    date_text,
    money_text,
    period_text,
    status_label,
)
from stripe_sandbox.store.unit import StripeObject


@dataclass(frozen=True, kw_only=True)
class Document:
    """All texts of an invoice, for the page and for the PDF."""

    number: str
    heading: str
    merchant: str | None
    status: str
    status_label: str
    standing: str
    facts: list[dict[str, str]]
    lines: list[Line]
    subtotals: list[Line]
    sum: Line
    afterwards: str | None


def read_document(view: InvoiceView, *, is_receipt: bool | None = None) -> Document:
    """Return the texts of an invoice or of its receipt: of that by itself once the invoice is paid."""
    invoice = view.invoice
    currency = invoice["currency"]
    number = invoice.get("number") or "without a number"
    if is_receipt is None:
        is_receipt = invoice["status"] == "paid"
    return Document(
        number=number,
        heading=f"Receipt for invoice {number}" if is_receipt else f"Invoice {number}",
        merchant=view.merchant_name,
        status=invoice["status"],
        status_label=status_label(invoice["status"]),
        standing=_standing(view),
        facts=_facts(view),
        lines=[_line(line, currency=currency) for line in invoice["lines"]["data"]],
        subtotals=_subtotals(view),
        sum=_sum(invoice),
        afterwards=_afterwards(invoice),
    )


def _standing(view: InvoiceView) -> str:
    invoice = view.invoice
    status = invoice["status"]
    if status == "paid":
        paid_at = (invoice.get("status_transitions") or {}).get("paid_at")
        day = f"Paid on {date_text(paid_at)}" if paid_at else "Paid"
        card = _charged_card(view)
        return f"{day} with {card_label(card)}" if card else day
    if status == "void":
        return "This invoice was withdrawn. Nothing is to be paid."
    if status == "uncollectible":
        return "It was written off and can still be paid."
    if status == "open" and invoice.get("due_date"):
        return f"Due on {date_text(invoice['due_date'])}"
    if status == "open":
        return "Not paid yet"
    return "Not sent yet"


def _charged_card(view: InvoiceView) -> StripeObject | None:
    details = (view.charge or {}).get("payment_method_details") or {}
    return details.get("card")


def _facts(view: InvoiceView) -> list[dict[str, str]]:
    invoice = view.invoice
    finalized_at = (invoice.get("status_transitions") or {}).get("finalized_at")
    bearer = invoice.get("customer_name") or invoice.get("customer_email")
    rows = [
        ("Date", date_text(finalized_at or invoice["created"])),
        ("From", view.merchant_name),
        ("To", bearer),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _line(line: StripeObject, *, currency: str) -> Line:
    period = line.get("period") or {}
    return Line(
        label=line.get("description") or "Item",
        detail=period_text(period["start"], period["end"]) if period else None,
        amount=money_text(line["amount"], currency=currency),
    )


def _subtotals(view: InvoiceView) -> list[Line]:
    """Rows between the lines and the sum: what makes them differ, and the tax that is part of the sum."""
    invoice = view.invoice
    currency = invoice["currency"]
    rows: list[tuple[str, int]] = []
    for discount in invoice.get("total_discount_amounts") or []:
        rows.append((_named("Discount", view.names.get(discount["discount"])), -discount["amount"]))
    for tax in invoice.get("total_taxes") or []:
        name = view.names.get((tax["tax_rate_details"] or {}).get("tax_rate", ""))
        if tax["amount"] and tax.get("tax_behavior") == "inclusive":
            rows.append((f"Includes {name or 'tax'}", tax["amount"]))
        elif tax["amount"]:
            rows.append((name or "Tax", tax["amount"]))
    if rows:
        rows.insert(0, ("Subtotal", sum(line["amount"] for line in invoice["lines"]["data"])))
    noted = invoice["pre_payment_credit_notes_amount"]
    if noted:
        rows.append(("Credit note", -noted))
    credit = invoice["amount_due"] + noted - invoice["total"]
    if invoice["status"] != "draft" and credit:
        rows.append((_balance_label(credit, invoice), credit))
    return [Line(label=label, amount=money_text(a, currency=currency)) for label, a in rows]


def _named(noun: str, name: str | None) -> str:
    return f"{noun} ({name})" if name else noun


def _balance_label(credit: int, invoice: StripeObject) -> str:
    if credit < 0 and invoice["ending_balance"] is not None and invoice["ending_balance"] > 0:
        return "Moved to the next invoice"
    if credit < 0:
        return "Credit used"
    return "Earlier balance" if invoice["starting_balance"] > 0 else "Kept as credit"


def _sum(invoice: StripeObject) -> Line:
    currency = invoice["currency"]
    if invoice["status"] == "paid":
        return Line(label="Paid", amount=money_text(invoice["amount_paid"], currency=currency))
    if invoice["status"] in {"open", "uncollectible"}:
        remaining = money_text(invoice["amount_remaining"], currency=currency)
        return Line(label="To be paid", amount=remaining)
    return Line(label="Total", amount=money_text(invoice["total"], currency=currency))


def _afterwards(invoice: StripeObject) -> str | None:
    retry_at = invoice.get("next_payment_attempt")
    if invoice["status"] == "open" and retry_at:
        return f"If you do nothing, the stored card is tried again on {date_text(retry_at)}."
    return None
