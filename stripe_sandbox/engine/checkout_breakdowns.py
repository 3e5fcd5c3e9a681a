"""Decides how a session's and its lines' discounts and taxes read one by one; the sums are `checkout_totals`."""

from typing import Any

from stripe_sandbox.engine import checkout_totals
from stripe_sandbox.engine.totals import LineTotal
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, render


def of_session(unit: Unit, session: StripeObject) -> dict[str, list[dict[str, Any]]]:
    """All discounts and taxes of the lines that count in the session's sums, each added up."""
    reckoned = zip(session["_line_items"], checkout_totals.present(unit, session).lines, strict=True)
    results = [result for line, result in reckoned if checkout_totals.is_billed(session, line)]
    return {"discounts": _discounts(unit, session, results), "taxes": _taxes(unit, results)}


def of_line(unit: Unit, line_id: str) -> dict[str, list[dict[str, Any]]]:
    """The discounts and taxes of one line of a session."""
    where = (
        "EXISTS (SELECT 1 FROM json_each(data, '$._line_items') AS line WHERE json_extract(line.value, '$.id') = ?)"
    )
    for session in unit.select("checkout.session", where=where, values=[line_id]):
        reckoned = checkout_totals.present(unit, session).lines
        for line, result in zip(session["_line_items"], reckoned, strict=True):
            if line["id"] == line_id:
                return {"discounts": _discounts(unit, session, [result]), "taxes": _taxes(unit, [result])}
    return {"discounts": [], "taxes": []}


def _discounts(unit: Unit, session: StripeObject, results: list[LineTotal]) -> list[dict[str, Any]]:
    amount = sum(part for result in results for _, part in result.off)
    return [{"amount": amount, "discount": _discount(unit, session)}] if amount else []


def _discount(unit: Unit, session: StripeObject) -> StripeObject:
    """The discount that the session granted; before it is complete, what it will be (that it shows it is assumed)."""
    where = "json_extract(data, '$.checkout_session') = ?"
    for granted in unit.select("discount", where=where, values=[session["id"]]):
        return render(granted)
    for each in checkout_totals.wanted(unit, session):
        return blank(
            "discount",
            id="di_1" + session["id"][-23:],
            checkout_session=session["id"],
            customer=session["customer"],
            promotion_code=each.promotion["id"] if each.promotion else None,
            source={"coupon": each.coupon["id"] if each.coupon else None, "type": "coupon"},
            start=session["created"],
        )
    customer = unit.get("customer", session["customer"])
    return dict(customer["discount"])


def _taxes(unit: Unit, results: list[LineTotal]) -> list[dict[str, Any]]:
    summed: dict[str, dict[str, Any]] = {}
    for share in (share for result in results for share in result.taxes):
        name = share.rate.rate_id
        empty = {"amount": 0, "rate": None, "taxability_reason": None, "taxable_amount": 0}
        known = summed.setdefault(name, {**empty, "rate": render(unit.get("tax_rate", name))})
        known["amount"] += share.amount_minor
        known["taxable_amount"] += share.taxable_minor
    return list(summed.values())
