"""Decides how sums, dates, periods and statuses read on the pages; knows neither templates nor the store."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from babel.numbers import format_currency

from stripe_sandbox.engine.amounts import ZERO_DECIMAL
from stripe_sandbox.store.unit import StripeObject

MINUS = "\N{MINUS SIGN}"

STATUS_LABELS = {
    "trialing": "Trial",
    "active": "Active",
    "past_due": "Past due",
    "incomplete": "Incomplete",
    "incomplete_expired": "Expired",
    "unpaid": "Unpaid",
    "paused": "Paused",
    "canceled": "Cancelled",
    "draft": "Draft",
    "open": "Open",
    "paid": "Paid",
    "void": "Void",
    "uncollectible": "Uncollectible",
}

BRAND_LABELS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}


def money_text(amount_minor: int, *, currency: str) -> str:
    """Return a sum in British notation; ``amount_minor`` counts the currency's smallest unit."""
    if currency in ZERO_DECIMAL:
        return _formatted(Decimal(amount_minor), currency=currency, pattern="¤#,##0")
    return _formatted(Decimal(amount_minor).scaleb(-2), currency=currency, pattern="¤#,##0.00")


def unit_price_text(unit_amount_decimal: str, *, currency: str) -> str:
    """Return a unit price given as Stripe's decimal string of minor units; a fraction of a cent is kept."""
    if currency in ZERO_DECIMAL:
        return _formatted(Decimal(unit_amount_decimal), currency=currency, pattern="¤#,##0.############")
    amount = Decimal(unit_amount_decimal).scaleb(-2)
    return _formatted(amount, currency=currency, pattern="¤#,##0.00##########")


def _formatted(amount: Decimal, *, currency: str, pattern: str) -> str:
    text = format_currency(amount, currency.upper(), format=pattern, locale="en_GB", currency_digits=False)
    return text.replace("-", MINUS)


def moment(timestamp: float) -> datetime:
    """Return the UTC datetime of a Unix timestamp in seconds."""
    return datetime.fromtimestamp(timestamp, tz=UTC)


def date_text(timestamp: float) -> str:
    """Return a day as ``14 Dec 2026``, in UTC as Stripe's billing dates are."""
    day = moment(timestamp)
    return f"{day.day} {day:%b %Y}"


def moment_text(timestamp: float) -> str:
    """Return a day and time as ``14 Dec 2026, 09:05:00``, in UTC."""
    return f"{date_text(timestamp)}, {moment(timestamp):%H:%M:%S}"


def period_text(start_at: int, end_at: int) -> str:
    """Return a billing period; a period of no length is one day."""
    if date_text(start_at) == date_text(end_at):
        return date_text(start_at)
    return f"{date_text(start_at)} to {date_text(end_at)}"


def each_interval(interval: str, *, interval_count: int) -> str:
    """Return how often a price recurs: ``each month`` or ``every 3 months``."""
    if interval_count == 1:
        return f"each {interval}"
    return f"every {interval_count} {interval}s"


def plural(count: int, singular: str) -> str:
    """Return a count with its noun, in the plural where English asks for it."""
    return f"{count} {singular}" if count == 1 else f"{count} {singular}s"


def status_label(status: str) -> str:
    """Return the reader's word for one of Stripe's statuses; an unknown one is shown as it is."""
    return STATUS_LABELS.get(status, status.replace("_", " ").capitalize())


def card_label(card: StripeObject | None) -> str:
    """Return a card as ``Visa 4242``, or plain words when nothing is known of it."""
    if not card:
        return "your card"
    brand = str(card.get("brand") or "card")
    return f"{BRAND_LABELS.get(brand, brand.capitalize())} {card.get('last4') or ''}".rstrip()


def trial_days(trial_end_at: int, *, now: float) -> int:
    """Return the whole days that a trial lasts from now on; a begun day counts as a day."""
    return max(0, -(-int(trial_end_at - now) // 86_400))
