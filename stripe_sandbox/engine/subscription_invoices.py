"""Decides which lines a subscription's invoice has: what waits for it first, then the periods that begin."""

from typing import Any

from stripe_sandbox.engine import drafts, invoice_items, prices
from stripe_sandbox.store.unit import StripeObject, Unit, render


def draft(
    unit: Unit, subscription: StripeObject, *, lines: list[dict[str, Any]], reason: str, period: tuple[int, int]
) -> StripeObject:
    """A stored draft with the pending items of this subscription and these lines. The caller sends its event."""
    waiting = waiting_items(unit, subscription)
    invoice = drafts.create(
        unit,
        customer=unit.get("customer", subscription["customer"]),
        subscription=subscription,
        lines=[*map(invoice_items.as_line, waiting), *lines],
        reason=reason,
        period=period,
        currency=subscription["currency"],
    )
    invoice_items.attach(waiting, invoice)
    return invoice


def waiting_items(unit: Unit, subscription: StripeObject) -> list[StripeObject]:
    """The invoice items that the next invoice of this subscription takes."""
    return invoice_items.pending(
        unit,
        customer_id=subscription["customer"],
        currency=subscription["currency"],
        subscription_id=subscription["id"],
    )


def period_lines(unit: Unit, subscription: StripeObject, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for the whole present period of each item that is paid for in advance."""
    return [
        drafts.subscription_line(
            unit, subscription, item, start=item["current_period_start"], end=item["current_period_end"]
        )
        for item in items
        if not prices.is_metered(item["price"])
    ]


def as_preview(invoice: StripeObject) -> StripeObject:
    """A draft as a preview shows it: stored nowhere, so nothing in it names it as if it could be retrieved.

    Safe to repeat.
    """
    shown = render(invoice)
    shown["id"] = "upcoming_" + invoice["id"].removeprefix("upcoming_")
    shown["lines"] = {
        **invoice["lines"],
        "data": [{**line, "invoice": None} for line in invoice["lines"]["data"]],
        "url": "/v1/invoices/upcoming/lines",
    }
    return shown
