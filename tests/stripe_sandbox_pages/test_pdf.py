"""The shape of the PDF file that an invoice is downloaded as."""

import re

from stripe_sandbox.pages.checkout_view import Line
from stripe_sandbox.pages.invoice_view import Document
from stripe_sandbox.pages.pdf import write_pdf


def _document(*, lines: int = 1, label: str = "Growth") -> Document:
    return Document(
        number="OAK-0001",
        heading="Invoice OAK-0001",
        merchant="Shop",
        status="open",
        status_label="Open",
        standing="Not paid yet",
        facts=[{"label": "To", "value": "Oakline Studio"}],
        lines=[Line(label=label, amount="€16.00", detail="21 Nov 2026") for _ in range(lines)],
        subtotals=[],
        sum=Line(label="To be paid", amount="€16.00"),
        afterwards=None,
    )


def test_every_object_stands_where_the_table_says():
    pdf = write_pdf(_document())

    start = int(re.search(rb"startxref\n(\d+)\n", pdf)[1])
    offsets = re.findall(rb"(\d{10}) 00000 n", pdf[start:])
    assert pdf[start:].startswith(b"xref")
    assert offsets
    for number, offset in enumerate(offsets, start=1):
        assert pdf[int(offset) :].startswith(b"%d 0 obj" % number)


def test_a_long_invoice_takes_more_pages():
    assert b"/Count 1 " in write_pdf(_document())
    assert b"/Count 3 " in write_pdf(_document(lines=50))


def test_brackets_and_foreign_signs_cannot_break_the_file():
    pdf = write_pdf(_document(label="Growth (at \\ 100 %) 你好"))

    assert rb"Growth \(at \\ 100 %\) ??" in pdf
