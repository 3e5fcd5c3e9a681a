"""Invoices that a change would make, as Stripe computes them (https://docs.stripe.com/api/invoices/create_preview)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from billing.gateway.client import call, client
from billing.gateway.item_changes import ItemChange


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """One line; the amount is in minor units of the quote's currency, times are UTC."""

    description: str
    amount_minor: int
    is_proration: bool
    stripe_price_id: str
    quantity: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """An invoice that does not exist yet. Amounts are in minor units; `total_minor` below zero becomes credit.

    `subtotal - discount + tax = total`; tax that is contained in a price is in its line. `starting_balance_minor` is
    the customer's, as Stripe signs it: below zero is credit. `falls_due_at` (UTC) is when its first period begins.
    """

    currency: str
    lines: tuple[QuotedLine, ...]
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    amount_due_minor: int
    starting_balance_minor: int
    falls_due_at: datetime


def quote_change(change: ItemChange, *, is_recurring_only: bool = False) -> Quote:
    """What Stripe would bill with this change: at once if it bills at once, else with the next renewal.

    `is_recurring_only`: the renewal after the change, without what else waits for it. Writes nothing at Stripe and is
    safe to repeat. Raises StripeUnreachable, StripeRefused.
    """
    preview = call(
        client().v1.invoices.create_preview,
        subscription=change.stripe_subscription_id,
        subscription_details=change.params(),
        preview_mode="recurring" if is_recurring_only else "next",
    )
    return quote_of(preview)


def quote_first_period(
    *, stripe_price_id: str, quantity: int, currency: str, stripe_customer_id: str, discounts: list[dict[str, str]]
) -> Quote:
    """The first paid invoice of a subscription to this price (`price_…`) that does not exist yet, with `discounts`.

    `stripe_customer_id` may be empty: then it is that of somebody who buys for the first time. Writes nothing at
    Stripe and is safe to repeat. Raises StripeUnreachable, StripeRefused.
    """
    payer = {"customer": stripe_customer_id} if stripe_customer_id else {"currency": currency}
    preview = call(
        client().v1.invoices.create_preview,
        subscription_details={"items": [{"price": stripe_price_id, "quantity": quantity}]},
        discounts=discounts,
        **payer,
    )
    return quote_of(preview)


def quote_renewal(stripe_subscription_id: str, *, discounts: list[dict[str, str]] | None = None) -> Quote:
    """The next invoice of a subscription (`sub_…`); with `discounts`, as it would be with just these.

    Each entry names a `promotion_code`, a `coupon`, or a `discount` that is kept; an empty list is none at all. The
    subscription's own setting of tax holds. Writes nothing at Stripe and is safe to repeat. Raises StripeUnreachable,
    StripeRefused.
    """
    changed: dict[str, Any] = {} if discounts is None else {"discounts": discounts or ""}
    return quote_of(call(client().v1.invoices.create_preview, subscription=stripe_subscription_id, **changed))


def as_data(lines: Iterable[QuotedLine]) -> list[dict[str, Any]]:
    """The lines as a stored preview keeps them; times are ISO 8601."""
    return [
        {**asdict(line), "starts_at": line.starts_at.isoformat(), "ends_at": line.ends_at.isoformat()}
        for line in lines
    ]


def quote_trial_end(stripe_subscription_id: str) -> Quote:
    """What Stripe would bill if the trial of a subscription (`sub_…`) ended now. Writes nothing; safe to repeat.

    Raises StripeUnreachable, StripeRefused.
    """
    return quote_of(
        call(
            client().v1.invoices.create_preview,
            subscription=stripe_subscription_id,
            subscription_details={"trial_end": "now", "proration_behavior": "none"},
        )
    )


def quote_of(preview: Any) -> Quote:
    """A preview, or an invoice, in our terms."""
    lines = tuple(_line(line) for line in preview["lines"]["data"])
    if preview["lines"]["has_more"]:
        lines = tuple(_line(line) for line in preview["lines"].auto_paging_iter())
    begins = [line.starts_at for line in lines if not line.is_proration]
    return Quote(
        currency=preview["currency"],
        lines=lines,
        subtotal_minor=preview["subtotal"],
        discount_minor=sum(found["amount"] for found in preview["total_discount_amounts"] or []),
        tax_minor=sum(
            found["amount"] for found in preview["total_taxes"] or [] if found["tax_behavior"] == "exclusive"
        ),
        total_minor=preview["total"],
        amount_due_minor=preview["amount_due"],
        starting_balance_minor=preview["starting_balance"],
        falls_due_at=min(begins) if begins else _utc(preview["period_end"]),
    )


def _line(line: Any) -> QuotedLine:
    parent = line["parent"]
    details = parent["subscription_item_details"] or parent["invoice_item_details"]
    pricing = line["pricing"]
    return QuotedLine(
        description=line["description"] or "",
        amount_minor=line["amount"],
        is_proration=bool(details["proration"]),
        stripe_price_id=pricing["price_details"]["price"] if pricing and pricing["price_details"] else "",
        quantity=line["quantity"] or 1,
        starts_at=_utc(line["period"]["start"]),
        ends_at=_utc(line["period"]["end"]),
    )


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
