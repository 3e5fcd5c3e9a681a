"""Decides what a visitor of `/i/{token}` sees and may send; whether a card pays is the engine's answer."""

from __future__ import annotations

from starlette.responses import Response

from stripe_sandbox.hosted import PageRefused, invoice_page
from stripe_sandbox.hosted.invoice_page import InvoiceView
from stripe_sandbox.pages import card_form
from stripe_sandbox.pages.card_form import Form
from stripe_sandbox.pages.countries import country_choices
from stripe_sandbox.pages.declines import Notice, decline_field, decline_notice, unanswered_notice, unconfirmed_notice
from stripe_sandbox.pages.invoice_view import Document, read_document
from stripe_sandbox.pages.pdf import pdf_response, write_pdf
from stripe_sandbox.pages.render import origin_of, page, see_other
from stripe_sandbox.pages.visit import Visit
from stripe_sandbox.pages.words import money_text


def show(visit: Visit) -> Response:
    """Show the invoice with a card form while it can be paid, else with its receipt or its reason."""
    view = _read(visit)
    known = {
        "name": (view.customer or {}).get("name") or "",
        "country": ((view.customer or {}).get("address") or {}).get("country") or "",
        "postcode": ((view.customer or {}).get("address") or {}).get("postal_code") or "",
    }
    values = card_form.filled_values(known, number=visit.query.get("card"), now=visit.now)
    notice = _standing_notice(visit, view=view)
    return _page(visit, view=view, form=Form(values=values, has_banner=notice is not None), notice=notice)


def pay(visit: Visit) -> Response:
    """Pay with a card: 422 for wrong fields, 402 for a declined card. A paid invoice is never charged again."""
    view = _read(visit)
    if not view.can_pay:
        return see_other(visit.path)
    errors = card_form.card_errors(visit.form, now=visit.now)
    kept = card_form.kept_values(visit.form)
    if errors:
        form = Form(values=kept, errors=errors)
        return _page(visit, view=view, form=form, notice=form.notice, status=422)
    card = card_form.read_card(visit.form, now=visit.now)
    outcome = invoice_page.pay(visit.sandbox, visit.names["token"], card=card)
    if outcome.status == "declined":
        error = outcome.error or {}
        field, text = decline_field(error)
        form = Form(values=kept, errors={field: text}, has_banner=True)
        notice = decline_notice(error)
        return _page(visit, view=_read(visit), form=form, notice=notice, status=402)
    return see_other(outcome.redirect_url or visit.path)


def download(visit: Visit) -> Response:
    """Return the invoice as a PDF file."""
    return _file(read_document(_read(visit), is_receipt=False), kind="invoice")


def download_receipt(visit: Visit) -> Response:
    """Return the receipt as a PDF file: 404 for an invoice that is not paid."""
    view = _read(visit)
    if view.invoice["status"] != "paid":
        raise PageRefused(404, "There is no receipt before the invoice is paid.")
    return _file(read_document(view, is_receipt=True), kind="receipt")


def _file(document: Document, *, kind: str) -> Response:
    return pdf_response(write_pdf(document), name=f"{kind}-{document.number}")


def _read(visit: Visit) -> InvoiceView:
    return invoice_page.read_invoice(visit.sandbox, visit.names["token"])


def _way_back(view: InvoiceView) -> dict[str, str] | None:
    """Where the visitor came from, as far as the merchant ever said it; only web addresses."""
    if origin_of(view.return_url) is None:
        return None
    return {"url": view.return_url or "", "label": f"Return to {view.merchant_name}"}


def _standing_notice(visit: Visit, *, view: InvoiceView) -> Notice | None:
    """What a visitor who comes back from the bank's page must know; the address only picks a sentence."""
    if not view.can_pay:
        return None
    if view.pending_intent_id:
        return unanswered_notice(view.pending_intent_id)
    return unconfirmed_notice() if visit.query.get("bank") == "no" else None


def _page(
    visit: Visit, *, view: InvoiceView, form: Form, notice: Notice | None = None, status: int = 200
) -> Response:
    document = read_document(view)
    remaining = money_text(view.invoice["amount_remaining"], currency=view.invoice["currency"])
    context = {
        "document": document,
        "pdf_url": f"/i/{visit.names['token']}/pdf",
        "receipt_url": f"/i/{visit.names['token']}/receipt" if view.invoice["status"] == "paid" else None,
        "way_back": None if view.can_pay else _way_back(view),
        "form": form if view.can_pay else None,
        "notice": notice,
        "verb": f"Pay {remaining}",
        "action": f"/i/{visit.names['token']}",
        "page_token": visit.page_token,
        "countries": country_choices(),
        "test_numbers": card_form.offered_numbers(f"/i/{visit.names['token']}"),
    }
    return page("invoice.html", context=context, status=status)
