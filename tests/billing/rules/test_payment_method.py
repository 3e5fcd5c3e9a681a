"""Until when a card is good, and whether one may be removed."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.errors import PaymentMethodNeeded
from billing.rules.payment_method import Use, card_ends_at, expires_before, refuse_removal

JANUARY = datetime(2027, 1, 1, tzinfo=UTC)


def test_a_card_is_good_until_its_month_is_over() -> None:
    assert card_ends_at(year=2026, month=12) == JANUARY
    assert card_ends_at(year=2027, month=1) == datetime(2027, 2, 1, tzinfo=UTC)


def test_a_charge_on_the_last_day_is_still_in_time() -> None:
    assert not expires_before(JANUARY - timedelta(seconds=1), year=2026, month=12)
    assert expires_before(JANUARY, year=2026, month=12)


def test_what_has_no_date_does_not_expire() -> None:
    assert not expires_before(JANUARY, year=None, month=None)


@pytest.mark.parametrize(
    ("use", "is_refused"),
    [
        (Use(pays_for="", is_last=True, renews=False, is_owed=False), False),
        (Use(pays_for="Growth", is_last=True, renews=False, is_owed=False), False),
        (Use(pays_for="", is_last=False, renews=True, is_owed=True), False),
        (Use(pays_for="Growth", is_last=True, renews=True, is_owed=False), True),
        (Use(pays_for="", is_last=True, renews=True, is_owed=False), True),
        (Use(pays_for="", is_last=True, renews=False, is_owed=True), True),
        (Use(pays_for="Growth", is_last=False, renews=True, is_owed=False), True),
        (Use(pays_for="Growth", is_last=False, renews=False, is_owed=True), True),
    ],
)
def test_a_card_that_is_needed_stays(use: Use, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(PaymentMethodNeeded):
            refuse_removal(use)
    else:
        refuse_removal(use)
