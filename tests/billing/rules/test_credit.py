"""How much credit which role may give, in any currency."""

import pytest

from billing.errors import CreditLimitExceeded, InvalidInput
from billing.money import Money
from billing.rules.credit import CreditLimit, check_credit, limit_of
from billing.terms import StaffRole

SUPPORT, FINANCE, AUDITOR = StaffRole.SUPPORT, StaffRole.FINANCE, StaffRole.AUDITOR


@pytest.mark.parametrize(
    ("roles", "currency", "limit"),
    [
        ([SUPPORT], "eur", CreditLimit(5_000, 20_000)),
        ([FINANCE], "eur", CreditLimit(100_000, 500_000)),
        ([SUPPORT, FINANCE], "usd", CreditLimit(100_000, 500_000)),
        ([SUPPORT, AUDITOR], "eur", CreditLimit(5_000, 20_000)),
        ([SUPPORT], "jpy", CreditLimit(5_000, 20_000)),
        ([SUPPORT], "kwd", CreditLimit(50_000, 200_000)),
        ([AUDITOR], "eur", None),
        ([], "eur", None),
    ],
)
def test_the_most_generous_role_counts(roles: list[StaffRole], currency: str, limit: CreditLimit | None) -> None:
    assert limit_of(roles, currency=currency) == limit


@pytest.mark.parametrize(
    ("amount", "given", "is_allowed"),
    [
        (5_000, 0, True),
        (5_001, 0, False),
        (5_000, 15_000, True),
        (5_000, 15_001, False),
        (1, 20_000, False),
    ],
)
def test_neither_the_single_sum_nor_that_of_a_day_is_passed(amount: int, given: int, *, is_allowed: bool) -> None:
    asked = {"limit": CreditLimit(5_000, 20_000), "given": Money(given, "eur")}

    if is_allowed:
        check_credit(Money(amount, "eur"), **asked)
    else:
        with pytest.raises(CreditLimitExceeded):
            check_credit(Money(amount, "eur"), **asked)


def test_who_has_no_limit_gives_nothing() -> None:
    with pytest.raises(CreditLimitExceeded):
        check_credit(Money(1, "eur"), limit=None, given=Money(0, "eur"))


@pytest.mark.parametrize(("amount", "currency"), [(0, "eur"), (-1, "eur"), (150, "isk"), (1005, "kwd")])
def test_a_credit_is_above_zero_and_a_sum_of_its_currency(amount: int, currency: str) -> None:
    with pytest.raises(InvalidInput):
        check_credit(Money(amount, currency), limit=CreditLimit(10**9, 10**9), given=Money(0, currency))
