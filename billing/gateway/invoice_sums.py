"""What an invoice at Stripe is made of: its lines, and the tax in each."""

from dataclasses import dataclass
from typing import Any

from billing.gateway.client import call, client


@dataclass(frozen=True, slots=True)
class Line:
    """One line (`il_…`) after its discounts, in minor units.

    `is_tax_inside`: its price holds the tax. `is_discounted`: a part of it cannot be named on a credit note by
    what it cost in the end.
    """

    stripe_line_id: str
    description: str
    net_minor: int
    tax_minor: int
    is_tax_inside: bool
    is_discounted: bool


@dataclass(frozen=True, slots=True)
class InvoiceSums:
    """The whole invoice, in minor units."""

    net_minor: int
    tax_minor: int
    lines: tuple[Line, ...]


def sums_of(stripe_invoice_id: str) -> InvoiceSums:
    """The invoice (`in_…`) as Stripe has it now. Raises StripeUnreachable, StripeObjectMissing."""
    invoice = call(client().v1.invoices.retrieve, stripe_invoice_id)
    lines = call(client().v1.invoices.line_items.list, stripe_invoice_id, limit=100)
    tax_minor = sum(tax["amount"] for tax in invoice["total_taxes"] or [])
    return InvoiceSums(
        net_minor=invoice["total"] - tax_minor,
        tax_minor=tax_minor,
        lines=tuple(_line(line) for line in lines.auto_paging_iter()),
    )


def _line(line: Any) -> Line:
    off = sum(each["amount"] for each in line["discount_amounts"] or [])
    taxes = line["taxes"] or []
    inside = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive")
    return Line(
        stripe_line_id=str(line["id"]),
        description=str(line["description"] or ""),
        net_minor=line["amount"] - off - inside,
        tax_minor=sum(tax["amount"] for tax in taxes),
        is_tax_inside=bool(inside),
        is_discounted=bool(off),
    )
