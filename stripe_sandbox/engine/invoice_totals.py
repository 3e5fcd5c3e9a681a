"""Decides which discounts and tax rates meet which line of an invoice, and writes the sums into it."""

from decimal import Decimal
from typing import Any

from stripe_sandbox.engine import discounts, tax, totals
from stripe_sandbox.engine.totals import LineTotal, Rate, Reduction
from stripe_sandbox.store.unit import StripeObject, Unit


def recompute(unit: Unit, invoice: StripeObject) -> None:
    """Write the sums of the lines, discounts and taxes anew; what is due follows from the balance, elsewhere.

    A new line may bring the ids of its own tax rates under `_tax_rates`. Safe to repeat.
    """
    lines = invoice["lines"]["data"]
    _keep_line_rates(invoice, lines)
    reckoned = totals.reckon(
        [_line(unit, invoice, line) for line in lines],
        reductions=_reductions(unit, invoice["discounts"], invoice),
    )
    for line, result in zip(lines, reckoned.lines, strict=True):
        line["subtotal"] = line["amount"]
        line["discount_amounts"] = [{"amount": amount, "discount": name} for name, amount in result.off]
        line["taxes"] = _taxes(invoice, result)
    invoice.update(
        subtotal=reckoned.subtotal_minor,
        subtotal_excluding_tax=reckoned.subtotal_without_tax_minor,
        total=reckoned.total_minor,
        total_excluding_tax=reckoned.total_minor - reckoned.tax_minor,
        total_discount_amounts=_summed_discounts(lines),
        total_taxes=_summed_taxes(lines),
    )


def _keep_line_rates(invoice: StripeObject, lines: list[dict[str, Any]]) -> None:
    own = {line["id"]: line.pop("_tax_rates") for line in lines if "_tax_rates" in line}
    kept = {**invoice.get("_line_rates", {}), **own}
    if any(kept.values()) or "_line_rates" in invoice:
        invoice["_line_rates"] = kept


def _line(unit: Unit, invoice: StripeObject, line: dict[str, Any]) -> totals.Line:
    details = (line["pricing"] or {}).get("price_details") or {}
    names = invoice.get("_line_rates", {}).get(line["id"])
    rates = [unit.get("tax_rate", name) for name in names] if names else invoice["default_tax_rates"]
    return totals.Line(
        amount_minor=line["amount"],
        product_id=details.get("product"),
        is_discountable=line["discountable"],
        reductions=_reductions(unit, line["discounts"], invoice),
        rates=[_rate(rate, invoice["customer_tax_exempt"]) for rate in rates],
    )


def _reductions(unit: Unit, names: list[str], invoice: StripeObject) -> list[Reduction]:
    """What these discounts take off; one that another draft uses up takes off nothing here."""
    return discounts.reductions(unit, discounts.free_for(unit, names, invoice), currency=invoice["currency"])


def _rate(rate: StripeObject, exemption: str | None) -> Rate:
    is_free = exemption in {"exempt", "reverse"}
    percent = Decimal(0) if is_free else Decimal(str(rate["percentage"]))
    return Rate(rate_id=rate["id"], percent=percent, is_inclusive=rate["inclusive"])


def _taxes(invoice: StripeObject, result: LineTotal) -> list[dict[str, Any]]:
    if invoice["automatic_tax"]["enabled"]:
        return [tax.not_collecting()]
    reasons = {"exempt": "customer_exempt", "reverse": "reverse_charge"}
    reason = reasons.get(invoice["customer_tax_exempt"], "not_available")
    return [tax.entry(share, reason=reason) for share in result.taxes]


def _summed_discounts(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    summed: dict[str, int] = {}
    for line in lines:
        for entry in line["discount_amounts"]:
            summed[entry["discount"]] = summed.get(entry["discount"], 0) + entry["amount"]
    return [{"amount": amount, "discount": name} for name, amount in summed.items()]


def _summed_taxes(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    summed: dict[str, dict[str, Any]] = {}
    for line in lines:
        for share in line["taxes"]:
            name = (share["tax_rate_details"] or {}).get("tax_rate", "")
            if name not in summed:
                summed[name] = dict(share)
            else:
                summed[name]["amount"] += share["amount"]
                summed[name]["taxable_amount"] += share["taxable_amount"]
    return list(summed.values())
