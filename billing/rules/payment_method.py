"""Decides until when a card is good, and whether one may be removed; it must not know how a card is charged."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from billing.errors import PaymentMethodNeeded

TELL_BEFORE_RENEWAL = timedelta(days=14)
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class Use:
    """What hangs on a payment method. `pays_for` names the plan; it is empty where none would be charged.

    `renews`: a plan goes on and will be charged. `is_owed`: an invoice is open.
    """

    pays_for: str
    is_last: bool
    renews: bool
    is_owed: bool


def card_ends_at(*, year: int, month: int) -> datetime:
    """The moment (UTC) at which a card is good no longer: the end of the month that is printed on it."""
    return datetime(year + 1, 1, 1, tzinfo=UTC) if month == _LAST_MONTH else datetime(year, month + 1, 1, tzinfo=UTC)


def expires_before(charge_at: datetime, *, year: int | None, month: int | None) -> bool:
    """Whether a card is no longer good at a charge (UTC). What has no date on it does not expire."""
    return bool(year and month) and card_ends_at(year=year or 0, month=month or 0) <= charge_at


def refuse_removal(use: Use) -> None:
    """Raise PaymentMethodNeeded where a plan that goes on, or an open invoice, would be left without a card."""
    if not (use.renews or use.is_owed):
        return
    if use.is_last:
        what = "an invoice is open" if use.is_owed else f"{use.pays_for or 'your plan'} goes on"
        raise PaymentMethodNeeded(f"This is the only card, and {what}. Add another one first. Nothing was removed.")
    if use.pays_for:
        raise PaymentMethodNeeded(
            f"{use.pays_for} is paid with this card. Use another one for it first. Nothing was removed."
        )
