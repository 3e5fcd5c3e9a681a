"""Routes that change the lines of a draft: several at once, or one.

Documented: only while the invoice is a draft; what lives on the invoice item too is changed there. Assumed: the line
of a subscription's period takes words, notes, period, discounts and tax rates, and cannot be removed.
"""

from typing import Any

from stripe_sandbox.engine import discounts, drafts, invoice_items, tax
from stripe_sandbox.errors import invalid, no_such, not_built
from stripe_sandbox.resources.invoice_items import change, entry_from
from stripe_sandbox.resources.updates import merge_metadata, refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.routing import route

NOT_BUILT = ("tax_amounts", "price_data", "quantity_decimal")
OF_ITEMS = ("amount", "pricing", "quantity")


@route("POST", "/v1/invoices/{invoice}/add_lines", schema="invoice_add_lines")
def add(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """Put new amounts, or items that wait, on a draft."""
    draft = _draft(unit, invoice)
    customer = unit.get("customer", draft["customer"])
    for index, entry in enumerate(params["lines"]):
        refuse(entry, *NOT_BUILT)
        if entry.get("invoice_item"):
            item = _waiting(unit, draft, entry["invoice_item"], param=f"lines[{index}][invoice_item]")
            change(unit, item, {key: value for key, value in entry.items() if key != "invoice_item"})
        else:
            values = {**entry, "currency": draft["currency"]}
            item = invoice_items.create(unit, entry_from(unit, values, customer=customer, subscription_id=None))
        invoice_items.put_on_draft(unit, [item], draft)
    return _changed(unit, draft, params)


def _waiting(unit: Unit, draft: StripeObject, name: str, *, param: str) -> StripeObject:
    item = unit.get("invoiceitem", name, param=param, status=400)
    if item["invoice"] is not None or item["customer"] != draft["customer"] or item["currency"] != draft["currency"]:
        raise invalid("Only an unassigned invoice item of the same customer and currency can be added.", param=param)
    return item


@route("POST", "/v1/invoices/{invoice}/remove_lines", schema="invoice_remove_lines")
def remove(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """Take lines off a draft; their items are deleted or wait again."""
    draft = _draft(unit, invoice)
    for index, entry in enumerate(params["lines"]):
        line = _line(draft, entry["id"], param=f"lines[{index}][id]")
        item = invoice_items.take_off(unit, draft, line)
        if item is None:
            raise invalid(
                "The line of a subscription cannot be removed from its invoice.", param=f"lines[{index}][id]"
            )
        if entry["behavior"] == "delete":
            item["_is_deleted"] = True
            unit.emit("invoiceitem.deleted", item)
    return _changed(unit, draft, params)


@route("POST", "/v1/invoices/{invoice}/update_lines", schema="invoice_update_lines")
def update(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """Change several lines of a draft."""
    draft = _draft(unit, invoice)
    for index, entry in enumerate(params["lines"]):
        line = _line(draft, entry["id"], param=f"lines[{index}][id]")
        _change(unit, draft, line, {key: value for key, value in entry.items() if key != "id"})
    return _changed(unit, draft, params)


@route("POST", "/v1/invoices/{invoice}/lines/{line}", schema="invoice_line_item_update")
def update_one(unit: Unit, params: dict[str, Any], invoice: str, line: str) -> StripeObject:
    """Change one line of a draft."""
    draft = _draft(unit, invoice)
    _change(unit, draft, _line(draft, line, param="line_item_id", status=404), params)
    unit.emit("invoice.updated", draft)
    return _line(draft, line, param="line_item_id")


def _draft(unit: Unit, invoice: str) -> StripeObject:
    found = unit.get("invoice", invoice)
    if found["status"] != "draft":
        raise invalid("The lines of an invoice can only be changed while it is a draft.", code="invoice_not_editable")
    return found


def _line(draft: StripeObject, name: str, *, param: str, status: int = 400) -> dict[str, Any]:
    for line in draft["lines"]["data"]:
        if line["id"] == name:
            found: dict[str, Any] = line
            return found
    raise no_such("line_item", name, param=param, status=status)


def _change(unit: Unit, draft: StripeObject, line: dict[str, Any], params: dict[str, Any]) -> None:
    refuse(params, *NOT_BUILT)
    item = invoice_items.item_of(unit, line)
    if item is not None:
        change(unit, item, params)
        invoice_items.redraw(unit, draft)
        return
    for name in OF_ITEMS:
        if params.get(name) is not None:
            raise not_built(f"{name} of a subscription's line")
    take(line, {key: value for key, value in params.items() if key != "metadata"}, "description", "discountable")
    if "metadata" in params:
        line["metadata"] = merge_metadata({}, params["metadata"])
    if params.get("period"):
        line["period"] = dict(params["period"])
    _take_terms(unit, draft, line, params)
    drafts.set_amounts(unit, draft)
    drafts.settle_discounts(unit, draft)


def _take_terms(unit: Unit, draft: StripeObject, line: dict[str, Any], params: dict[str, Any]) -> None:
    if "tax_rates" in params:
        rates = tax.resolve(unit, params["tax_rates"], param="tax_rates")
        tax.check_combination(rates, is_automatic=draft["automatic_tax"]["enabled"], param="tax_rates")
        line["_tax_rates"] = [rate["id"] for rate in rates]
    if "discounts" not in params or params["discounts"] == []:
        return
    customer_id = draft["customer"]
    wanted = discounts.read(
        unit, params["discounts"], path="discounts", customer_id=customer_id, currency=draft["currency"]
    )
    discounts.check_kept(wanted, allowed=[*line["discounts"], *draft["discounts"]], param="discounts")
    line["discounts"] = discounts.grant_all(unit, wanted, customer=customer_id, invoice=draft["id"])


def _changed(unit: Unit, draft: StripeObject, params: dict[str, Any]) -> StripeObject:
    if "invoice_metadata" in params:
        draft["metadata"] = merge_metadata(draft["metadata"], params["invoice_metadata"])
    unit.emit("invoice.updated", draft)
    return draft
