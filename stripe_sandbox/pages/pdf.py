"""Decides how an invoice is laid out as a PDF, in the fonts every reader has; knows texts only."""

from __future__ import annotations

from starlette.responses import Response

from stripe_sandbox.pages.invoice_view import Document

PAGE_WIDTH, PAGE_HEIGHT = 595, 842  # A4 in points
LEFT, RIGHT, TOP, BOTTOM = 56, 539, 780, 64
LONGEST_LABEL = 62

# Widths of Helvetica's signs in thousandths of the type size; figures and their company are what we set to the right.
WIDTHS = {" ": 278, ",": 278, ".": 278, "-": 333, "\N{MINUS SIGN}": 584, "W": 944, "M": 833}
WIDE, NARROW, USUAL = 667, 222, 556


def write_pdf(document: Document) -> bytes:
    """Return the invoice as a complete PDF 1.4 file, as many pages as its lines need."""
    pages = [""]
    height = TOP
    for row in _rows(document):
        label, amount, size, is_bold, gap, rule = row
        height -= gap
        if height < BOTTOM:
            pages.append("")
            height = TOP
        pages[-1] += _text(label, x=LEFT, y=height, size=size, is_bold=is_bold)
        if amount:
            x = RIGHT - _width(amount, size=size)
            pages[-1] += _text(amount, x=x, y=height, size=size, is_bold=is_bold)
        if rule:
            pages[-1] += _rules(height, is_double=rule == "double")
    return _file(pages)


def pdf_response(content: bytes, *, name: str) -> Response:
    """Return a PDF as a download under this name."""
    safe = "".join(sign for sign in name if sign.isalnum() or sign == "-")
    headers = {
        "Content-Disposition": f'attachment; filename="{safe}.pdf"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="application/pdf", headers=headers)


def _rows(document: Document) -> list[tuple[str, str, int, bool, int, str]]:
    """Label, amount, type size, bold, distance from the row above, rule under it."""
    rows = [("SANDBOX: not a real invoice, no money moved", "", 9, False, 0, "")]
    rows.append((document.heading, "", 20, True, 40, ""))
    rows.append((document.standing, "", 10, False, 18, ""))
    rows += [(f"{f['label']}: {f['value']}", "", 10, False, 16, "") for f in document.facts]
    rows.append(("", "", 10, False, 24, "single"))
    for line in document.lines:
        rows.append((_shortened(line.label), line.amount, 11, False, 22, ""))
        rows.append((line.detail or "", "", 9, False, 13, "single"))
    rows += [(row.label, row.amount, 11, False, 20, "") for row in document.subtotals]
    rows.append((document.sum.label, document.sum.amount, 13, True, 28, "double"))
    return rows


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 3]}..."


def _width(text: str, *, size: int) -> float:
    total = 0
    for sign in text:
        usual = WIDE if sign.isupper() else NARROW if sign in "ijl'|" else USUAL
        total += WIDTHS.get(sign, usual)
    return total * size / 1000


def _text(text: str, *, x: float, y: float, size: int, is_bold: bool) -> str:
    """Return the drawing commands for one line; signs outside Windows-1252 become a question mark."""
    raw = text.replace("\N{MINUS SIGN}", "-").encode("cp1252", errors="replace").decode("latin-1")
    safe = raw.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    font = "F2" if is_bold else "F1"
    return f"BT /{font} {size} Tf {x:.1f} {y:.1f} Td ({safe}) Tj ET\n"


def _rules(height: float, *, is_double: bool) -> str:
    offsets = (9.0, 11.5) if is_double else (7.0,)
    lines = [f"{LEFT} {height - o:.1f} m {RIGHT} {height - o:.1f} l S\n" for o in offsets]
    return "0.5 w " + "".join(lines)


def _file(pages: list[str]) -> bytes:
    """Number the objects and write the cross-reference table that a PDF reader starts from."""
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    kids = " ".join(f"{5 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        font.format("Helvetica").encode(),
        font.format("Helvetica-Bold").encode(),
    ]
    for index, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] /Resources "
            f"<< /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {6 + 2 * index} 0 R >>".encode()
        )
        stream = content.encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    out, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer
