"""Decides what the lines of a credit note amount to: shares of invoice lines with their discounts and taxes."""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.errors import invalid_parameter, no_such, not_built
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject


def make_lines(invoice: StripeObject, *, amount: int | None, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that were asked for, or one for a plain amount (minor units, taxes included).

    Raises ApiError when neither or both are given, and for a line that the invoice does not hold. Assumed: a plain
    amount is not broken down by the invoice's lines and taxes.
    """
    if (amount is None) == (not asked):
        raise invalid_parameter("Give one of `amount` and `lines`.", param="amount", code="parameter_missing")
    if amount is not None:
        return [_line(type="custom_line_item", description="Credit", amount=amount, quantity=1, unit_amount=amount)]
    return [_asked_line(invoice, entry, index=index) for index, entry in enumerate(asked)]


def line_total_minor(line: dict[str, Any]) -> int:
    """What a line gives back: less its discount, with the tax that came on top."""
    on_top = sum(tax["amount"] for tax in line["taxes"] if tax["tax_behavior"] == "exclusive")
    return int(line["amount"] - line["discount_amount"] + on_top)


def _asked_line(invoice: StripeObject, entry: dict[str, Any], *, index: int) -> dict[str, Any]:
    for name in ("tax_amounts", "tax_rates", "unit_amount_decimal"):
        if entry.get(name):
            raise not_built(f"lines[{index}][{name}]")
    if entry["type"] == "custom_line_item":
        quantity, each = entry.get("quantity") or 1, entry.get("unit_amount") or 0
        return _line(
            type="custom_line_item",
            description=entry.get("description"),
            amount=each * quantity,
            quantity=quantity,
            unit_amount=each,
        )
    return _invoice_line(invoice, entry, param=f"lines[{index}]")


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
