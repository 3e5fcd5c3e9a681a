"""The arithmetic of bills over all sorts of lines: sums add up, and no discount exceeds what it lowers."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_sandbox.engine.totals import Line, Rate, Reduction, reckon, rounded, spread

percents = st.decimals(min_value=0, max_value=100, places=2)
reductions = st.one_of(
    st.builds(Reduction, st.just("di_1"), percent=percents),
    st.builds(Reduction, st.just("di_2"), amount_minor=st.integers(1, 50_000)),
    st.builds(Reduction, st.just("di_3"), percent=percents, products=st.just(frozenset({"prod_a"}))),
)
rates = st.builds(Rate, st.sampled_from(["txr_1", "txr_2"]), percent=percents, is_inclusive=st.booleans())
lines = st.builds(
    Line,
    amount_minor=st.integers(-50_000, 50_000),
    product_id=st.sampled_from(["prod_a", "prod_b"]),
    is_discountable=st.booleans(),
    reductions=st.lists(reductions, max_size=2),
    rates=st.lists(rates, max_size=2, unique_by=lambda rate: rate.rate_id),
)
bills = st.tuples(st.lists(lines, max_size=5), st.lists(reductions, max_size=3))
# Sums, not speed, are examined here, and the machine may be busy.
unhurried = settings(deadline=None)


@unhurried
@given(bills)
def test_total_is_lines_less_discounts_plus_exclusive_taxes(bill: tuple[list[Line], list[Reduction]]) -> None:
    totals = reckon(bill[0], reductions=bill[1])

    on_top = sum(line.exclusive_minor for line in totals.lines)
    assert totals.total_minor == sum(line.amount_minor for line in bill[0]) - totals.discount_minor + on_top


@unhurried
@given(bills)
def test_no_line_is_lowered_below_nothing(bill: tuple[list[Line], list[Reduction]]) -> None:
    totals = reckon(bill[0], reductions=bill[1])

    for line, result in zip(bill[0], totals.lines, strict=True):
        assert all(amount >= 0 for _, amount in result.off)
        assert result.left_minor == line.amount_minor or 0 <= result.left_minor <= line.amount_minor
        assert line.is_discountable or result.left_minor == line.amount_minor


@unhurried
@given(bills)
def test_inclusive_tax_is_part_of_its_line(bill: tuple[list[Line], list[Reduction]]) -> None:
    totals = reckon(bill[0], reductions=bill[1])

    for line in totals.lines:
        inside = sum(tax.amount_minor for tax in line.taxes if tax.rate.is_inclusive)
        assert all(tax.taxable_minor == line.left_minor - inside for tax in line.taxes)


@unhurried
@given(st.integers(0, 100_000), st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_parts_add_up_to_the_amount(amount: int, weights: list[int]) -> None:
    amount = min(amount, sum(weights))

    parts = spread(amount, weights=weights)

    assert sum(parts) == amount
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize(("value", "whole"), [("2.5", 3), ("-2.5", -3), ("2.4", 2), ("-2.6", -3)])
def test_half_is_rounded_away_from_zero(value: str, whole: int) -> None:
    assert rounded(Decimal(value)) == whole


@pytest.mark.parametrize(
    ("is_inclusive", "tax", "total"),
    [(False, 190, 1190), (True, 160, 1000)],
)
def test_tax_on_a_round_sum(is_inclusive: bool, tax: int, total: int) -> None:
    rate = Rate("txr_1", percent=Decimal(19), is_inclusive=is_inclusive)

    totals = reckon([Line(1000, rates=[rate])])

    assert (totals.tax_minor, totals.total_minor) == (tax, total)
