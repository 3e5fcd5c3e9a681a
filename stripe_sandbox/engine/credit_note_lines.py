"""Decides what the lines of a credit note amount to: shares of invoice lines with their discounts and taxes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import tax, totals
from stripe_sandbox.errors import invalid_parameter, no_such, not_built
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

ADDED = ("amount", "taxable_amount")


def make_lines(
    unit: Unit, invoice: StripeObject, *, amount: int | None, asked: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The lines that were asked for, or one for a plain amount (minor units, taxes included).

    Raises ApiError when neither or both are given, and for a line that the invoice does not hold. Assumed: a plain
    amount holds the share of each of the invoice's taxes that it has of the invoice's total.
    """
    if (amount is None) == (not asked):
        raise invalid_parameter("Give one of `amount` and `lines`.", param="amount", code="parameter_missing")
    if amount is not None:
        return [_plain_line(invoice, amount)]
    return [_asked_line(unit, invoice, entry, index=index) for index, entry in enumerate(asked)]


def _plain_line(invoice: StripeObject, amount: int) -> dict[str, Any]:
    whole = max(invoice["total"], 1)
    taxes = [_tax_share(entry, amount, whole) for entry in invoice["total_taxes"]]
    net = amount - sum(entry["amount"] for entry in taxes if entry["tax_behavior"] == "exclusive")
    return _line(type="custom_line_item", description="Credit", amount=net, quantity=1, unit_amount=net, taxes=taxes)


def line_total_minor(line: dict[str, Any]) -> int:
    """What a line gives back: less its discount, with the tax that came on top."""
    on_top = sum(tax["amount"] for tax in line["taxes"] if tax["tax_behavior"] == "exclusive")
    return int(line["amount"] - line["discount_amount"] + on_top)


def _asked_line(unit: Unit, invoice: StripeObject, entry: dict[str, Any], *, index: int) -> dict[str, Any]:
    param = f"lines[{index}]"
    for name in ("tax_amounts", "unit_amount_decimal"):
        if entry.get(name):
            raise not_built(f"{param}[{name}]")
    if entry["type"] == "custom_line_item":
        return _custom_line(unit, invoice, entry, param=param)
    if entry.get("tax_rates"):
        raise invalid_parameter("`tax_rates` are for custom line items only.", param=f"{param}[tax_rates]")
    return _invoice_line(invoice, entry, param=param)


def _custom_line(unit: Unit, invoice: StripeObject, entry: dict[str, Any], *, param: str) -> dict[str, Any]:
    if invoice["automatic_tax"]["enabled"]:
        raise invalid_parameter("Custom lines do not go together with automatic tax.", param=f"{param}[type]")
    quantity, each = entry.get("quantity") or 1, entry.get("unit_amount") or 0
    rates = tax.resolve(unit, entry.get("tax_rates"), param=f"{param}[tax_rates]")
    wanted = [totals.Rate(rate["id"], Decimal(str(rate["percentage"])), rate["inclusive"]) for rate in rates]
    return _line(
        type="custom_line_item",
        description=entry.get("description"),
        amount=each * quantity,
        metadata=dict(entry.get("metadata") or {}),
        quantity=quantity,
        tax_rates=rates,
        taxes=[tax.entry(share) for share in totals.taxes_on(each * quantity, wanted)],
        unit_amount=each,
    )


def _invoice_line(invoice: StripeObject, entry: dict[str, Any], *, param: str) -> dict[str, Any]:
    name = entry.get("invoice_line_item") or ""
    found = next((line for line in invoice["lines"]["data"] if line["id"] == name), None)
    if found is None:
        raise no_such("line_item", name, param=f"{param}[invoice_line_item]", status=400)
    quantity = entry.get("quantity")
    amount = entry.get("amount")
    if amount is None:
        amount = _share(found["amount"], quantity or found["quantity"], found["quantity"])
    if not 0 < amount <= found["amount"]:
        raise invalid_parameter("The line does not hold that amount.", param=f"{param}[amount]")
    offs = [{**part, "amount": _share(part["amount"], amount, found["amount"])} for part in found["discount_amounts"]]
    return _line(
        type="invoice_line_item",
        description=found["description"],
        amount=amount,
        quantity=quantity,
        invoice_line_item=name,
        metadata=dict(entry.get("metadata") or {}),
        discount_amount=sum(part["amount"] for part in offs),
        discount_amounts=offs,
        taxes=[_tax_share(tax, amount, found["amount"]) for tax in found["taxes"]],
    )


def _tax_share(tax: dict[str, Any], part: int, whole: int) -> dict[str, Any]:
    return {
        **tax,
        "amount": _share(tax["amount"], part, whole),
        "taxable_amount": _share(tax["taxable_amount"] or 0, part, whole),
    }


def _share(amount: int, part: int, whole: int) -> int:
    """amount × part ÷ whole, half rounded up; all of it for the whole."""
    return (2 * amount * part + whole) // (2 * whole)


def _line(**values: Any) -> dict[str, Any]:
    unit_amount = values.get("unit_amount")
    return blank(
        "credit_note_line_item",
        id=ids.new_id("credit_note_line_item"),
        unit_amount_decimal=None if unit_amount is None else str(unit_amount),
        **values,
    )


def sums(invoice: StripeObject, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The keys of a note that follow from its lines: its subtotals, total, discounts and taxes."""
    shared = set(invoice["discounts"])
    own_off = sum(
        part["amount"] for line in lines for part in line["discount_amounts"] if part["discount"] not in shared
    )
    subtotal = sum(line["amount"] for line in lines) - own_off
    total = sum(line_total_minor(line) for line in lines)
    taxes = _summed(lines, "taxes", key=lambda part: (part["tax_rate_details"] or {}).get("tax_rate", ""))
    return {
        "amount": total,
        "discount_amount": sum(line["discount_amount"] for line in lines),
        "discount_amounts": _summed(lines, "discount_amounts", key=lambda part: part["discount"]),
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - sum(_inside_before(line, shared) for line in lines),
        "total": total,
        "total_excluding_tax": total - sum(part["amount"] for part in taxes),
        "total_taxes": taxes,
    }


def _inside_before(line: dict[str, Any], shared: set[str]) -> int:
    """The inclusive taxes of a line as they were before the discounts of the whole invoice."""
    inside = sum(part["amount"] for part in line["taxes"] if part["tax_behavior"] == "inclusive")
    off = sum(part["amount"] for part in line["discount_amounts"] if part["discount"] in shared)
    left = line["amount"] - line["discount_amount"]
    return _share(inside, left + off, left) if inside and left else inside


def _summed(lines: list[dict[str, Any]], name: str, *, key: Callable[[dict[str, Any]], str]) -> list[dict[str, Any]]:
    """The entries of all lines, those with the same key added up."""
    summed: dict[str, dict[str, Any]] = {}
    for line in lines:
        for part in line[name]:
            known = summed.setdefault(key(part), {**part, **{each: 0 for each in ADDED if each in part}})
            for each in ADDED:
                if each in part:
                    known[each] += part[each] or 0
    return list(summed.values())
