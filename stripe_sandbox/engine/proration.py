"""Decides what the rest of a period is worth: arithmetic in minor units and seconds, without any state.

Half-way cases are rounded away from zero: Stripe's own choice is not established, so this is assumed.
"""

from datetime import UTC, datetime


def share_minor(amount_minor: int, *, remaining_seconds: int, whole_seconds: int) -> int:
    """The part of an amount that falls on the remaining seconds of a period, rounded half away from zero."""
    if whole_seconds <= 0 or not 0 <= remaining_seconds <= whole_seconds:
        raise ValueError("the remaining time must lie within the period")
    size = (2 * abs(amount_minor) * remaining_seconds + whole_seconds) // (2 * whole_seconds)
    return -size if amount_minor < 0 else size


def describe(product_name: str, *, quantity: int, at: int, is_credit: bool) -> str:
    """`Unused time on Test Subscription after 10 Nov 2025`; the count is named when it is not one (assumed)."""
    day = datetime.fromtimestamp(at, tz=UTC)
    count = "" if quantity == 1 else f"{quantity} × "
    word = "Unused" if is_credit else "Remaining"
    return f"{word} time on {count}{product_name} after {day.day} {day:%b %Y}"
