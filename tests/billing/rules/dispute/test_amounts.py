"""How a disputed sum is written, and from which sum on two people decide."""

import pytest

from billing.rules.dispute.amounts import amount_words, is_above


@pytest.mark.parametrize(
    ("minor", "currency", "said", "above"),
    [
        (50000, "eur", "500.00 EUR", False),
        (50001, "eur", "500.01 EUR", True),
        (500, "jpy", "500 JPY", False),
        (501, "jpy", "501 JPY", True),
        (500000, "kwd", "500.000 KWD", False),
        (500010, "kwd", "500.010 KWD", True),
        (50100, "isk", "501 ISK", True),
        (1, "xxx", "1 minor units of XXX", True),
    ],
)
def test_sums_of_all_kinds_of_currencies(minor: int, currency: str, said: str, above: bool) -> None:
    assert amount_words(minor, currency) == said
    assert is_above(minor, currency, major=500) is above
