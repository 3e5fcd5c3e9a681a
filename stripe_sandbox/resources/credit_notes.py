"""Routes of credit notes and their previews."""

from typing import Any

from stripe_sandbox.engine import credit_notes
from stripe_sandbox.engine.credit_notes import CreditOrder
from stripe_sandbox.resources.updates import merge_metadata, refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page, page_of
from stripe_sandbox.wire.routing import route


def _order(params: dict[str, Any]) -> CreditOrder:
    refuse(params, "shipping_cost")
    return CreditOrder(
        amount=params.get("amount"),
        lines=params.get("lines") or [],
        credit_amount=params.get("credit_amount") or 0,
        refund_amount=params.get("refund_amount") or 0,
        out_of_band_amount=params.get("out_of_band_amount") or 0,
        links=[(entry.get("refund") or "", entry.get("amount_refunded")) for entry in params.get("refunds") or []],
        values={
            "effective_at": params.get("effective_at"),
            "memo": params.get("memo"),
            "metadata": merge_metadata({}, params.get("metadata") or {}),
            "reason": params.get("reason"),
        },
    )


def _invoice(unit: Unit, params: dict[str, Any]) -> StripeObject:
    return unit.get("invoice", params["invoice"], param="invoice", status=400)


@route("POST", "/v1/credit_notes", schema="credit_note_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Take back a part or all of a final invoice."""
    return credit_notes.issue(unit, _invoice(unit, params), _order(params))


@route("GET", "/v1/credit_notes/preview", schema="credit_note_preview")
def preview(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """The note that these parameters would make."""
    return credit_notes.draft(unit, _invoice(unit, params), _order(params))


@route("GET", "/v1/credit_notes/preview/lines", schema="credit_note_preview_lines_list")
def preview_lines(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """The lines of that note."""
    note = credit_notes.draft(unit, _invoice(unit, params), _order(params))
    url = "/v1/credit_notes/preview/lines"
    return page_of(note["lines"]["data"], params, kind="credit_note_line_item", url=url)


@route("GET", "/v1/credit_notes/{note}", schema="credit_note_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], note: str) -> StripeObject:
    """One credit note."""
    return unit.get("credit_note", note)


@route("POST", "/v1/credit_notes/{note}", schema="credit_note_update")
def update(unit: Unit, params: dict[str, Any], note: str) -> StripeObject:
    """Change memo and metadata, the only things that may change."""
    found = unit.get("credit_note", note)
    take(found, params, "memo")
    unit.emit("credit_note.updated", found)
    return found


@route("POST", "/v1/credit_notes/{note}/void", schema="credit_note_void_credit_note")
def void(unit: Unit, params: dict[str, Any], note: str) -> StripeObject:
    """Take a note back."""
    return credit_notes.void(unit, unit.get("credit_note", note))


@route("GET", "/v1/credit_notes/{note}/lines", schema="credit_note_line_item_list")
def lines(unit: Unit, params: dict[str, Any], note: str) -> StripeObject:
    """The lines of a note."""
    found = unit.get("credit_note", note)["lines"]["data"]
    return page_of(found, params, kind="credit_note_line_item", url=f"/v1/credit_notes/{note}/lines")


@route("GET", "/v1/credit_notes", schema="credit_note_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Credit notes, by customer or invoice."""
    where = Filter().created(params.get("created")).equals("invoice", params.get("invoice"))
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    return page(unit, "credit_note", params, url="/v1/credit_notes", where=where)
