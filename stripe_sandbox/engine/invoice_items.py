"""Decides how invoice items wait for an invoice and become its lines; what they cost is settled before."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import discounts, drafts, price_numbers
from stripe_sandbox.engine.discounts import Wanted
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit


@dataclass(frozen=True)
class Entry:
    """What a new invoice item says. Amounts in minor units, times in unix seconds."""

    customer_id: str
    amount_minor: int
    currency: str
    description: str | None
    price: StripeObject
    period: tuple[int, int]
    quantity: int | Decimal = 1
    unit_amount_decimal: str | None = None
    subscription_id: str | None = None
    item_id: str | None = None
    invoice_id: str | None = None
    is_proration: bool = False
    is_discountable: bool = True
    # What a credit gives back: the invoice and its lines.
    credited_items: dict[str, Any] | None = None
    metadata: dict[str, str] | None = None
    tax_rates: list[Any] | None = None
    redeemed: list[Wanted] | None = None


def create(unit: Unit, entry: Entry) -> StripeObject:
    """An invoice item with its event; pending until an invoice takes it."""
    parent = None
    if entry.subscription_id is not None:
        details = {"subscription": entry.subscription_id, "subscription_item": entry.item_id}
        parent = {"subscription_details": details, "type": "subscription_details"}
    item = blank(
        "invoiceitem",
        id=ids.new_id("invoiceitem"),
        amount=entry.amount_minor,
        currency=entry.currency,
        customer=entry.customer_id,
        date=unit.now,
        description=entry.description,
        discountable=entry.is_discountable,
        invoice=entry.invoice_id,
        metadata=entry.metadata or {},
        parent=parent,
        period={"end": entry.period[1], "start": entry.period[0]},
        pricing={
            "price_details": {"price": entry.price["id"], "product": entry.price["product"]},
            "type": "price_details",
            "unit_amount_decimal": entry.unit_amount_decimal,
        },
        proration=entry.is_proration,
        quantity=int(entry.quantity),
        quantity_decimal=price_numbers.plain(Decimal(entry.quantity)),
        tax_rates=entry.tax_rates or [],
        _credited_items=entry.credited_items,
    )
    item["discounts"] = discounts.grant_all(
        unit, entry.redeemed or [], customer=entry.customer_id, invoice_item=item["id"]
    )
    unit.add(item)
    unit.emit("invoiceitem.created", item)
    return item


def pending(unit: Unit, *, customer_id: str, currency: str, subscription_id: str | None) -> list[StripeObject]:
    """Items that wait for an invoice of this subscription, oldest first: its own and those tied to none.

    Without a subscription, an invoice takes the items tied to none.
    """
    where = (
        "customer = ? AND json_extract(data, '$.invoice') IS NULL AND json_extract(data, '$._is_deleted') IS NULL"
        " AND json_extract(data, '$.currency') = ?"
    )
    found = unit.select("invoiceitem", where=where, values=(customer_id, currency))
    return [item for item in reversed(found) if subscription_of(item) in {None, subscription_id}]


def subscription_of(item: StripeObject) -> str | None:
    """The subscription that an item belongs to, or None."""
    parent = item["parent"]
    return None if parent is None else str(parent["subscription_details"]["subscription"])


def as_line(item: StripeObject) -> dict[str, Any]:
    """The invoice line that shows this item."""
    subscription_id = subscription_of(item)
    details = {
        "invoice_item": item["id"],
        "proration": item["proration"],
        "proration_details": {"credited_items": item.get("_credited_items")},
        "subscription": subscription_id,
    }
    parent: dict[str, Any] = {
        "invoice_item_details": details,
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }
    item_id = item["parent"]["subscription_details"]["subscription_item"] if subscription_id else None
    if item_id is not None:
        parent = {
            "invoice_item_details": None,
            "subscription_item_details": {**details, "subscription_item": item_id},
            "type": "subscription_item_details",
        }
    return blank(
        "line_item",
        id=ids.new_id("line_item"),
        amount=item["amount"],
        subtotal=item["amount"],
        currency=item["currency"],
        description=item["description"],
        discountable=item["discountable"],
        discounts=list(item["discounts"]),
        metadata=dict(item["metadata"]),
        parent=parent,
        period=dict(item["period"]),
        pricing=item["pricing"],
        quantity=item["quantity"],
        quantity_decimal=item["quantity_decimal"],
        _tax_rates=[rate["id"] for rate in item["tax_rates"]],
    )


def attach(items: list[StripeObject], invoice: StripeObject) -> None:
    """Tie items to the invoice whose lines show them."""
    for item in items:
        item["invoice"] = invoice["id"]


def release(unit: Unit, invoice: StripeObject) -> None:
    """Let the items of a deleted draft wait for the next invoice (assumed)."""
    where = "customer = ? AND json_extract(data, '$.invoice') = ?"
    for item in unit.select("invoiceitem", where=where, values=(invoice["customer"], invoice["id"])):
        item["invoice"] = None


def put_on_draft(unit: Unit, items: list[StripeObject], invoice: StripeObject) -> None:
    """Add items as lines to a stored draft, whose sums follow. The caller sends events."""
    lines = [as_line(item) for item in items]
    for line in lines:
        line["invoice"] = invoice["id"]
    attach(items, invoice)
    invoice["lines"]["data"].extend(lines)
    _recount(unit, invoice)


def redraw(unit: Unit, invoice: StripeObject) -> None:
    """Have a draft show its items as they are now: changed ones anew, deleted ones not at all."""
    lines = []
    for line in invoice["lines"]["data"]:
        item = item_of(unit, line)
        if item is None:
            lines.append(line)
        elif not item.get("_is_deleted"):
            lines.append({**as_line(item), "id": line["id"], "invoice": invoice["id"]})
    invoice["lines"]["data"] = lines
    _recount(unit, invoice)
    unit.emit("invoice.updated", invoice)


def take_off(unit: Unit, invoice: StripeObject, line: dict[str, Any]) -> StripeObject | None:
    """Take one line off a draft and let its item wait again; None for a line without an item, which stays."""
    item = item_of(unit, line)
    if item is not None:
        item["invoice"] = None
        invoice["lines"]["data"] = [each for each in invoice["lines"]["data"] if each["id"] != line["id"]]
        _recount(unit, invoice)
    return item


def item_of(unit: Unit, line: dict[str, Any]) -> StripeObject | None:
    """The item that a line shows; None for the line of a subscription's period."""
    parent = line["parent"]
    details = parent["invoice_item_details"] or parent["subscription_item_details"]
    return unit.find("invoiceitem", details["invoice_item"]) if details["invoice_item"] else None


def _recount(unit: Unit, invoice: StripeObject) -> None:
    invoice["lines"]["total_count"] = len(invoice["lines"]["data"])
    drafts.set_amounts(unit, invoice)
    drafts.settle_discounts(unit, invoice)
