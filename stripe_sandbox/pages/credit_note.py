"""Decides what the PDF of a credit note says; it changes nothing."""

from __future__ import annotations

from starlette.responses import Response

from stripe_sandbox.hosted import credit_note_file
from stripe_sandbox.hosted.credit_note_file import NoteView
from stripe_sandbox.pages.checkout_view import Line
from stripe_sandbox.pages.invoice_view import Document
from stripe_sandbox.pages.pdf import pdf_response, write_pdf
from stripe_sandbox.pages.visit import Visit
from stripe_sandbox.pages.words import date_text, money_text


def download(visit: Visit) -> Response:
    """Return the credit note as a PDF file: 404 for an unknown address."""
    document = read_document(credit_note_file.read_note(visit.sandbox, visit.names["token"]))
    return pdf_response(write_pdf(document), name=f"credit-note-{document.number}")


def read_document(view: NoteView) -> Document:
    """Return the texts of a credit note."""
    note, invoice = view.note, view.invoice
    is_void = note["status"] == "void"
    currency = note["currency"]
    rows = [
        ("Date", date_text(note["effective_at"] or note["created"])),
        ("From", view.merchant_name),
        ("To", invoice["customer_name"] or invoice["customer_email"]),
        ("Note", note["memo"]),
    ]
    return Document(
        number=note["number"],
        heading=f"Credit note {note['number']}",
        merchant=view.merchant_name,
        status=note["status"],
        status_label="Void" if is_void else "Issued",
        standing=f"For invoice {invoice['number']}" + (", taken back" if is_void else ""),
        facts=[{"label": label, "value": value} for label, value in rows if value],
        lines=[
            Line(label=line["description"] or "Credit", amount=money_text(line["amount"], currency=currency))
            for line in note["lines"]["data"]
        ],
        subtotals=_subtotals(view),
        sum=Line(label="Credited", amount=money_text(note["total"], currency=currency)),
        afterwards=None,
    )


def _subtotals(view: NoteView) -> list[Line]:
    note = view.note
    rows = [("Discount", -note["discount_amount"])] if note["discount_amount"] else []
    for entry in note["total_taxes"]:
        name = view.names.get((entry["tax_rate_details"] or {}).get("tax_rate", ""), "Tax")
        is_inside = entry["tax_behavior"] == "inclusive"
        if entry["amount"]:
            rows.append((f"Includes {name}" if is_inside else name, entry["amount"]))
    return [Line(label=label, amount=money_text(amount, currency=note["currency"])) for label, amount in rows]
