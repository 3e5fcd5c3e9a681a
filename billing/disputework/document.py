"""Makes the one document of the evidence pack: a PDF within Stripe's limits, whatever the history."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from billing.rules.dispute.pack import Pack, PackFacts, Section, mask_card_numbers, moment

_ROWS = (60, 30, 12, 5)
"""How many rows of each section are shown; fewer where the document would be too long."""
_LONGEST_CELL = 300
_LONGEST_POLICY = 6000
_STYLES = getSampleStyleSheet()
_BODY = ParagraphStyle("body", parent=_STYLES["BodyText"], fontSize=9, leading=12)
_CELL = ParagraphStyle("cell", parent=_BODY, fontSize=8, leading=10)
_HEAD = ParagraphStyle("head", parent=_STYLES["Heading2"], fontSize=12, spaceBefore=10)
_UNDIVIDED = {"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ı": "i"}
_DATE_WIDTH, _WORDS_WIDTH = 42 * mm, 132 * mm


class TooLong(Exception):
    """Even the shortest form is above the limits."""


def make_document(
    facts: PackFacts, found: Pack, *, made_at: datetime, most_bytes: int, most_pages: int
) -> tuple[bytes, int]:
    """The PDF and its number of pages, at most so many bytes and pages. Raises TooLong where that is impossible."""
    for rows in _ROWS:
        content, pages = _render(facts, found, made_at=made_at, rows=rows)
        if len(content) <= most_bytes and pages <= most_pages:
            return content, pages
    raise TooLong


def _render(facts: PackFacts, found: Pack, *, made_at: datetime, rows: int) -> tuple[bytes, int]:
    out = BytesIO()
    title = f"Evidence for dispute {facts.stripe_dispute_id}"
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        title=title,
        author=_plain(facts.seller),
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
    )
    story: list[Flowable] = [Paragraph(_text(title), _STYLES["Title"])]
    story += _table(list(_summary(facts, made_at=made_at)))
    for heading, policy in (
        ("Cancellation policy", facts.cancellation_policy),
        ("Refund policy", facts.refund_policy),
        ("Use of the account", "\n".join(facts.usage)),
    ):
        if policy:
            story += [Paragraph(heading, _HEAD), Paragraph(_text(policy[:_LONGEST_POLICY]), _BODY)]
    for section in found.sections:
        story += _section(section, rows=rows)
    document.build(story, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue(), int(document.page)


def _summary(facts: PackFacts, *, made_at: datetime) -> Iterator[tuple[str, str]]:
    yield "Seller", facts.seller
    yield "Product", facts.product
    yield "Customer", ", ".join(part for part in (facts.customer_name, facts.customer_email) if part)
    yield "Billing address", facts.customer_address
    yield "Account", facts.account_id
    yield "Charge", facts.stripe_charge_id
    yield "Amount", facts.amount
    yield "Charged", moment(facts.charged_at)
    yield "Card", facts.card
    yield "IP address of the purchase", facts.purchase_ip
    yield "Service since", moment(facts.began_at)
    yield "Made from our records", moment(made_at)


def _section(section: Section, *, rows: int) -> list[Flowable]:
    shown = [(moment(line.at), line.words[:_LONGEST_CELL]) for line in section.lines[:rows]]
    more = len(section.lines) - len(shown)
    after = [Paragraph(f"… and {more} older entries.", _BODY)] if more > 0 else []
    return [Paragraph(_text(section.title), _HEAD), *_table(shown), *after]


def _table(rows: list[tuple[str, str]]) -> list[Flowable]:
    cells = [[Paragraph(_text(name), _CELL), Paragraph(_text(words), _CELL)] for name, words in rows if words]
    if not cells:
        return []
    table = Table(cells, colWidths=[_DATE_WIDTH, _WORDS_WIDTH])
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey)
    table.setStyle(TableStyle([line, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 1)]))
    return [table, Spacer(1, 4 * mm)]


def _number(canvas: object, document: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)  # type: ignore[attr-defined]
    canvas.drawRightString(192 * mm, 9 * mm, f"Page {document.page}")  # type: ignore[attr-defined]


def _text(words: str) -> str:
    """For a paragraph: nothing of it is markup, and no number of a card is in it."""
    return escape(_plain(mask_card_numbers(words))).replace("\n", "<br/>")


def _plain(words: str) -> str:
    """In the letters of the built-in fonts: others lose their accents, or become a question mark."""
    return "".join(_letter(sign) for sign in words if sign == "\n" or sign.isprintable())


def _letter(sign: str) -> str:
    sign = _UNDIVIDED.get(sign, sign)
    for form in (sign, unicodedata.normalize("NFKD", sign)[:1]):
        try:
            form.encode("cp1252")
        except UnicodeEncodeError:
            continue
        return form
    return "?"
