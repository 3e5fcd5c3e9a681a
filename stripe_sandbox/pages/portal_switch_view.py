"""Decides what the portal says about a move to another plan: what is on offer, what it comes to, when it counts."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_sandbox.engine.portal_switches import Offer
from stripe_sandbox.hosted.portal_switch import PreviewView, SwitchView
from stripe_sandbox.pages.checkout_view import Line
from stripe_sandbox.pages.words import date_text, each_interval, money_text, plural, unit_price_text
from stripe_sandbox.store.unit import StripeObject


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What a move comes to: the lines, their sum, and what follows."""

    heading: str
    lines: list[Line]
    sum: Line
    afterwards: str
    verb: str


def offer_rows(view: SwitchView) -> list[dict[str, object]]:
    """Return the plans to choose from, the cheapest first, each with its price in words."""
    rows = sorted(view.offers, key=lambda each: (each.product["name"], each.price["unit_amount"] or 0))
    return [
        {
            "price_id": each.price["id"],
            "name": each.product["name"],
            "price": price_text(each.price),
            "is_current": each.is_current,
        }
        for each in rows
    ]


def quantity_field(view: SwitchView) -> dict[str, object] | None:
    """Return the label and bounds of the number to choose; None where no plan's number can be changed."""
    adjustable = [each for each in view.offers if each.is_adjustable]
    if not adjustable:
        return None
    unit = next((each.product["unit_label"] for each in adjustable if each.product["unit_label"]), "unit")
    current = view.subscription["items"]["data"][0]["quantity"]
    return {"label": f"Number of {unit}s", "value": current, "hint": _bounds(adjustable)}


def _bounds(offers: list[Offer]) -> str:
    least = min(each.minimum for each in offers)
    if any(each.maximum is None for each in offers):
        return f"At least {least}."
    return f"{least} to {max(each.maximum or 0 for each in offers)}."


def price_text(price: StripeObject) -> str:
    """Return a price with its rhythm, such as ``€16.00 each month``."""
    recurring = price["recurring"]
    each = each_interval(recurring["interval"], interval_count=recurring["interval_count"])
    if price["unit_amount_decimal"] is None:
        return f"By the number taken, {each}"
    return f"{unit_price_text(str(price['unit_amount_decimal']), currency=price['currency'])} {each}"


def plan_text(product: StripeObject, *, quantity: int) -> str:
    """Return a plan with its number, where that is more than one."""
    if quantity == 1:
        return str(product["name"])
    return f"{product['name']}, {plural(quantity, product['unit_label'] or 'unit')}"


def read_bill(view: PreviewView) -> Bill:
    """Return the texts of the page that asks before a move."""
    if view.starts_at is not None:
        return _later_bill(view, starts_at=view.starts_at)
    if view.invoice is None:
        return _next_bill(view)
    invoice = view.invoice
    currency, due, total = invoice["currency"], invoice["amount_due"], invoice["total"]
    credit = f" {money_text(-total, currency=currency)} is kept as credit for later invoices." if total < 0 else ""
    return Bill(
        heading="To pay now",
        lines=_lines(invoice),
        sum=Line(label="Due today", amount=money_text(due, currency=currency)),
        afterwards=f"{_trial(view)}{_following(view)}{credit}",
        verb=f"Pay {money_text(due, currency=currency)} and change" if due else "Change plan",
    )


def _trial(view: PreviewView) -> str:
    return "Your trial ends with this change. " if view.ends_trial else ""


def _following(view: PreviewView) -> str:
    following = view.next_invoice
    amount = money_text(following["amount_due"], currency=following["currency"])
    return f"The next invoice is {amount} on {date_text(following['created'])}."


def _later_bill(view: PreviewView, *, starts_at: int) -> Bill:
    following = view.next_invoice
    return Bill(
        heading=f"From {date_text(starts_at)}",
        lines=_lines(following),
        sum=Line(label="Due then", amount=money_text(following["amount_due"], currency=following["currency"])),
        afterwards=f"Until {date_text(starts_at)} your plan stays as it is. Nothing is charged today.",
        verb=f"Change on {date_text(starts_at)}",
    )


def _next_bill(view: PreviewView) -> Bill:
    following = view.next_invoice
    day = date_text(following["created"])
    return Bill(
        heading=f"The next invoice, {day}",
        lines=_lines(following),
        sum=Line(label=f"Due on {day}", amount=money_text(following["amount_due"], currency=following["currency"])),
        afterwards="The plan changes at once. Nothing is charged today.",
        verb="Change plan",
    )


def _lines(invoice: StripeObject) -> list[Line]:
    currency = invoice["currency"]
    lines = [
        Line(label=line["description"], amount=money_text(line["amount"], currency=currency))
        for line in invoice["lines"]["data"]
    ]
    off = sum(each["amount"] for each in invoice["total_discount_amounts"] or [])
    taxes = sum(each["amount"] for each in invoice["total_taxes"] or [] if each["tax_behavior"] == "exclusive")
    balance = invoice["amount_due"] - invoice["total"] if invoice["total"] > 0 else 0
    for label, amount in (("Discount", -off), ("Tax", taxes), ("Account balance", balance)):
        if amount:
            lines.append(Line(label=label, amount=money_text(amount, currency=currency)))
    return lines
