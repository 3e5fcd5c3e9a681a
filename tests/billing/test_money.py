"""Amounts: exact in every currency, refused rather than rounded, never mixed, and split without a remainder."""

from decimal import Decimal

import pytest
from babel.numbers import parse_decimal
from hypothesis import given
from hypothesis import strategies as st

from billing.money import _CHARGE_UNITS, AmountDoesNotFit, Money, UnknownCurrency, minor_units
from billing.templatetags.billing import money as as_text

ZERO_DECIMAL = [
    "bif",
    "clp",
    "djf",
    "gnf",
    "jpy",
    "kmf",
    "krw",
    "mga",
    "pyg",
    "rwf",
    "vnd",
    "vuv",
    "xaf",
    "xof",
    "xpf",
]
THREE_DECIMAL = ["bhd", "jod", "kwd", "omr", "tnd"]
# ISO 4217 gives these two no decimals; Stripe wants them in hundredths all the same, in whole units.
WHOLE_IN_HUNDREDTHS = ["isk", "ugx"]
CURRENCIES = sorted(_CHARGE_UNITS)

currencies = st.sampled_from(CURRENCIES)
weight_lists = st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any)


@pytest.mark.parametrize(
    ("codes", "units"),
    [
        (ZERO_DECIMAL, (1, 1)),
        (THREE_DECIMAL, (1000, 10)),
        (WHOLE_IN_HUNDREDTHS, (100, 100)),
        (["usd", "eur", "gbp", "huf", "twd"], (100, 1)),
    ],
)
def test_each_currency_has_the_factor_of_stripes_table(codes: list[str], units: tuple[int, int]) -> None:
    assert {code: minor_units(code) for code in codes} == dict.fromkeys(codes, units)


def test_every_other_currency_of_the_table_has_hundredths() -> None:
    special = {*ZERO_DECIMAL, *THREE_DECIMAL, *WHOLE_IN_HUNDREDTHS}

    assert {units for code, units in _CHARGE_UNITS.items() if code not in special} == {(100, 1)}


@pytest.mark.parametrize("code", ["", "xyz", "us", "dollar", "btc"])
def test_an_unknown_currency_is_refused_and_never_taken_for_hundredths(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        minor_units(code)
    with pytest.raises(UnknownCurrency):
        Money(100, code)
    with pytest.raises(UnknownCurrency):
        Money.from_major(Decimal(1), currency=code)


def test_a_currency_is_kept_in_lower_case_only() -> None:
    with pytest.raises(UnknownCurrency):
        Money(100, "USD")

    assert Money.from_major(Decimal("1.00"), currency="USD") == Money(100, "usd")


@pytest.mark.parametrize(
    ("major", "currency", "minor"),
    [
        ("29.00", "usd", 2900),
        ("0.01", "eur", 1),
        ("-5.5", "gbp", -550),
        ("2000", "jpy", 2000),
        ("1.230", "kwd", 1230),
        ("10", "isk", 1000),
        ("3700", "ugx", 370_000),
    ],
)
def test_a_major_amount_becomes_minor_units(major: str, currency: str, minor: int) -> None:
    assert Money.from_major(Decimal(major), currency=currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("major", "currency"),
    [
        ("0.005", "usd"),
        ("0.5", "jpy"),
        ("1.234", "kwd"),
        ("10.50", "isk"),
        ("0.01", "ugx"),
        # Finer than Decimal's 28 digits can multiply: it must not slip through as 1.00.
        ("1.00000000000000000000000000001", "usd"),
        ("NaN", "usd"),
        ("Infinity", "usd"),
    ],
)
def test_an_amount_that_does_not_fit_is_refused_and_not_rounded(major: str, currency: str) -> None:
    with pytest.raises(AmountDoesNotFit):
        Money.from_major(Decimal(major), currency=currency)


@given(currency=currencies, units=st.integers(-(10**15), 10**15))
def test_minor_to_major_and_back_is_exact_in_every_currency(currency: str, units: int) -> None:
    amount = Money(units * minor_units(currency)[1], currency)

    assert Money.from_major(amount.to_major(), currency=currency) == amount


@pytest.mark.parametrize("currency", CURRENCIES)
def test_what_a_page_writes_reads_back_as_the_same_amount_in_every_currency(currency: str) -> None:
    amount = Money(123_456 * minor_units(currency)[1], currency)

    figures = "".join(sign for sign in as_text(amount) if sign.isdigit() or sign in ".,")

    assert Money.from_major(parse_decimal(figures, locale="en_GB"), currency=currency) == amount


def test_amounts_add_and_turn_round_within_one_currency() -> None:
    assert Money(250, "eur") + -Money(100, "eur") == Money(150, "eur")


def test_amounts_of_two_currencies_are_never_added() -> None:
    with pytest.raises(ValueError, match="eur to usd"):
        Money(1, "usd") + Money(1, "eur")


@pytest.mark.parametrize(
    ("amount", "currency", "weights", "parts"),
    [
        (100, "usd", [1, 1, 1], [34, 33, 33]),
        (-100, "usd", [1, 1, 1], [-34, -33, -33]),
        (101, "usd", [1, 1], [51, 50]),
        (5, "usd", [3, 7], [2, 3]),  # 1.5 and 3.5: equal remainders, so the earlier part gets the unit.
        (100, "usd", [0, 1, 0], [0, 100, 0]),
        (0, "usd", [1, 2], [0, 0]),
        (1000, "isk", [1, 1, 1], [400, 300, 300]),
        (-700, "ugx", [1, 1], [-400, -300]),
        (1000, "kwd", [1, 1, 1], [340, 330, 330]),
        (1005, "kwd", [1, 1], [503, 502]),  # Not ours to make a multiple: Stripe's own figure stays whole.
    ],
)
def test_a_split_gives_the_largest_remainders_their_unit(
    amount: int, currency: str, weights: list[int], parts: list[int]
) -> None:
    assert [part.amount_minor for part in Money(amount, currency).allocate(weights)] == parts


@given(amount=st.integers(-(10**12), 10**12), currency=currencies, weights=weight_lists)
def test_the_parts_of_a_split_add_up_and_none_strays_from_its_share(amount, currency, weights) -> None:
    whole = Money(amount, currency)

    parts = whole.allocate(weights)

    assert sum(part.amount_minor for part in parts) == amount
    assert {part.currency for part in parts} == {currency}
    multiple = minor_units(currency)[1]
    strays = [abs(p.amount_minor * sum(weights) - amount * w) for p, w in zip(parts, weights, strict=True)]
    assert max(strays) < sum(weights) * multiple


@given(steps=st.integers(-(10**9), 10**9), currency=currencies, weights=weight_lists)
def test_the_parts_of_an_amount_that_stripe_takes_are_amounts_that_it_takes(steps, currency, weights) -> None:
    multiple = minor_units(currency)[1]

    parts = Money(steps * multiple, currency).allocate(weights)

    assert [part.amount_minor % multiple for part in parts] == [0] * len(weights)


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [2, -1]])
def test_weights_that_make_no_shares_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="Weights"):
        Money(100, "usd").allocate(weights)
