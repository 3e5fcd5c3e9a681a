"""Decides how much credit a member of staff may give a customer; it must not know who has which role, or give any.

Limits are written in hundredths of a unit of money and hold for every currency by its size: 5,000 are 50.00 euro,
5,000 yen and 50.000 dinar. They are a fraud guard for staff, not a rate of exchange.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from billing.errors import CreditLimitExceeded, InvalidInput
from billing.money import Money, minor_units
from billing.terms import StaffRole

DAY = timedelta(hours=24)
"""The window of the sum: not a calendar day, so that nobody gives two days' sum around midnight."""
_HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class CreditLimit:
    """The largest single credit, and all that one person gives in a currency within 24 hours, in hundredths."""

    once: int
    in_a_day: int


# A credit is smaller than money that leaves: it stays with us as a discount on later invoices. Billing admins set
# rules and give none; the row is a superuser's, who counts as one.
LIMITS: Mapping[StaffRole, CreditLimit] = {
    StaffRole.SUPPORT: CreditLimit(once=5_000, in_a_day=20_000),
    StaffRole.FINANCE: CreditLimit(once=100_000, in_a_day=500_000),
    StaffRole.BILLING_ADMIN: CreditLimit(once=100_000, in_a_day=500_000),
}


def limit_of(roles: Iterable[StaffRole], *, currency: str) -> CreditLimit | None:
    """The most generous limit of somebody's roles in minor units of a currency; None for who may give nothing."""
    found = [LIMITS[role] for role in roles if role in LIMITS]
    if not found:
        return None
    factor, _ = minor_units(currency)
    # A currency without decimals has small units: 100 yen are about a euro, not a hundred.
    scale = factor // _HUNDREDTHS if factor > _HUNDREDTHS else 1
    return CreditLimit(max(each.once for each in found) * scale, max(each.in_a_day for each in found) * scale)


def check_credit(amount: Money, *, limit: CreditLimit | None, given: Money) -> None:
    """That it may be given by somebody who has `given` so much within the last 24 hours, in the same currency.

    Raises InvalidInput for no sum above zero or one that the currency cannot express, CreditLimitExceeded.
    """
    _, multiple = minor_units(amount.currency)
    if amount.amount_minor <= 0 or amount.amount_minor % multiple:
        raise InvalidInput("Please give a sum above zero.", field="amount")
    if limit is None or amount.amount_minor > limit.once or (given + amount).amount_minor > limit.in_a_day:
        raise CreditLimitExceeded()
