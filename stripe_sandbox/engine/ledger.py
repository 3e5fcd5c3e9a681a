"""Decides what the entries of the merchant's balance say; it must not know why money moves."""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit


def enter(
    unit: Unit,
    *,
    source: str,
    kind: str,
    amount_minor: int,
    currency: str,
    category: str | None = None,
    fee_minor: int = 0,
    fee_text: str = "",
    description: str | None = None,
    available_at: int | None = None,
) -> StripeObject:
    """A balance entry: `net` is the amount less the fee. Without `available_at` it counts at once.

    `source` is the id of what moved the money (`ch_`, `re_`, `dp_`); `category` defaults to `kind`. Assumed: money
    that goes out, and refunds or disputes that bring it back, count as available at once.
    """
    available_on = unit.now if available_at is None else available_at
    entry = blank(
        "balance_transaction",
        id=ids.new_id("balance_transaction"),
        amount=amount_minor,
        available_on=available_on,
        currency=currency,
        description=description,
        fee=fee_minor,
        fee_details=[_fee(fee_minor, currency=currency, text=fee_text)] if fee_minor else [],
        net=amount_minor - fee_minor,
        reporting_category=category or kind,
        source=source,
        status="available" if available_on <= unit.now else "pending",
        type=kind,
    )
    if entry["status"] == "pending":
        unit.schedule("funds_available", entry["id"], due_at=available_on)
    return unit.add(entry)


def _fee(fee_minor: int, *, currency: str, text: str) -> dict[str, Any]:
    return {
        "amount": fee_minor,
        "application": None,
        "currency": currency,
        "description": text,
        "type": "stripe_fee",
    }


def make_available(unit: Unit, entry_id: str) -> None:
    """Timer: the money of a balance entry can be used."""
    unit.get("balance_transaction", entry_id)["status"] = "available"


def balance(unit: Unit) -> StripeObject:
    """What all entries add up to, by currency: available and still pending."""
    rows = unit.connection.execute(
        "SELECT json_extract(data, '$.currency') AS currency, json_extract(data, '$.status') AS status,"
        " sum(json_extract(data, '$.net')) AS net FROM objects"
        " WHERE account = ? AND kind = 'balance_transaction' GROUP BY currency, status",
        (unit.account_id,),
    ).fetchall()
    nets = {(row["status"], row["currency"]): int(row["net"]) for row in rows}
    currencies = sorted({currency for _, currency in nets}) or ["usd"]
    return {
        "object": "balance",
        "available": [_amount(nets.get(("available", code), 0), currency=code) for code in currencies],
        "connect_reserved": [{"amount": 0, "currency": code} for code in currencies],
        "livemode": False,
        "pending": [_amount(nets.get(("pending", code), 0), currency=code) for code in currencies],
    }


def _amount(amount_minor: int, *, currency: str) -> dict[str, Any]:
    return {"amount": amount_minor, "currency": currency, "source_types": {"card": amount_minor}}
