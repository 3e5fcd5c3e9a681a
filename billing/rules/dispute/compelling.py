"""Decides from our own facts whether Visa's Compelling Evidence 3.0 could apply; Stripe has the last word.

It needs two earlier payments with the same card, 120 to 364 days before the disputed one, undisputed, and at least
two identifiers that are the same, one of them the IP address (https://docs.stripe.com/disputes/visa-ce-3-0, read
2026-11-20; the clause of the address is assumed).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_EARLIEST, _LATEST = timedelta(days=364), timedelta(days=120)
_NETWORK_CODE = "10.4"
_BRAND = "visa"
_PAYMENTS = 2


@dataclass(frozen=True, slots=True)
class Payment:
    """A charge with what is known of who made it; empty where we do not know."""

    stripe_charge_id: str
    at: datetime
    card: str
    account_id: str = ""
    email: str = ""
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Compelling:
    """`charges` are the two payments (`ch_…`) to name. `missing` are plain sentences; none where it could apply."""

    charges: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def could_apply(self) -> bool:
        return not self.missing


def compelling(
    disputed: Payment, undisputed: Iterable[Payment], *, brand: str, network_reason_code: str
) -> Compelling:
    """`undisputed` are payments of the same organization that nobody contested, of any age and card."""
    if brand != _BRAND or network_reason_code != _NETWORK_CODE:
        return Compelling(missing=("It is for Visa's reason 10.4 only.",))
    in_time = [
        payment
        for payment in undisputed
        if disputed.card and payment.card == disputed.card and _LATEST <= disputed.at - payment.at <= _EARLIEST
    ]
    if len(in_time) < _PAYMENTS:
        found = f"{len(in_time)} of 2 payments with the same card lie 120 to 364 days before."
        return Compelling(missing=(found,))
    fitting = [payment for payment in in_time if _match(disputed, payment)]
    if len(fitting) < _PAYMENTS:
        return Compelling(missing=("Too few of the earlier payments came from the same IP address and account.",))
    newest = sorted(fitting, key=lambda payment: payment.at, reverse=True)[:_PAYMENTS]
    return Compelling(charges=tuple(payment.stripe_charge_id for payment in newest))


def _match(one: Payment, other: Payment) -> bool:
    has_ip = bool(one.ip) and one.ip == other.ip
    is_same = (bool(one.account_id) and one.account_id == other.account_id) or (
        bool(one.email) and one.email == other.email
    )
    return has_ip and is_same
