"""Decides what lines, discounts and tax rates come to: all arithmetic of invoices and checkout; knows no object.

Amounts are integers in minor units. Each share of a line is rounded by itself, half away from zero, so that the sums
of the lines are the sums of the bill. Documented: discounts of a line come before those of the whole bill, each on
what the one before left; tax is taken on what remains. Assumed: the rounding, and how an amount is spread over lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Reduction:
    """One discount: a percentage or an amount, on all products or on these only."""

    discount_id: str
    percent: Decimal | None = None
    amount_minor: int | None = None
    products: frozenset[str] | None = None


@dataclass(frozen=True)
class Rate:
    """One tax rate; an inclusive one is part of the line's amount."""

    rate_id: str
    percent: Decimal
    is_inclusive: bool


@dataclass(frozen=True)
class Line:
    """What the arithmetic needs of one line."""

    amount_minor: int
    product_id: str | None = None
    is_discountable: bool = True
    reductions: Sequence[Reduction] = ()
    rates: Sequence[Rate] = ()


@dataclass(frozen=True)
class Tax:
    """The tax of one rate on one line."""

    rate: Rate
    amount_minor: int
    taxable_minor: int


@dataclass
class LineTotal:
    """What became of one line: taken off by its own discounts and by all, and the taxes on the rest."""

    amount_minor: int
    own_off_minor: int = 0
    off: list[tuple[str, int]] = field(default_factory=list)
    taxes: list[Tax] = field(default_factory=list)
    inclusive_before_minor: int = 0

    @property
    def left_minor(self) -> int:
        """The amount after all discounts, inclusive taxes still in it."""
        return self.amount_minor - sum(amount for _, amount in self.off)

    @property
    def exclusive_minor(self) -> int:
        """Taxes that come on top."""
        return sum(tax.amount_minor for tax in self.taxes if not tax.rate.is_inclusive)


@dataclass(frozen=True)
class Totals:
    """The sums of a bill, and its lines in their order."""

    lines: list[LineTotal]

    @property
    def subtotal_minor(self) -> int:
        """After the lines' own discounts, before those of the whole bill and before exclusive taxes."""
        return sum(line.amount_minor - line.own_off_minor for line in self.lines)

    @property
    def subtotal_without_tax_minor(self) -> int:
        """The subtotal without the taxes that are part of it."""
        return self.subtotal_minor - sum(line.inclusive_before_minor for line in self.lines)

    @property
    def discount_minor(self) -> int:
        """Everything taken off."""
        return sum(amount for line in self.lines for _, amount in line.off)

    @property
    def tax_minor(self) -> int:
        """All taxes, inclusive ones too."""
        return sum(tax.amount_minor for line in self.lines for tax in line.taxes)

    @property
    def total_minor(self) -> int:
        """What the bill comes to."""
        return sum(line.left_minor + line.exclusive_minor for line in self.lines)


def rounded(value: Decimal | Fraction) -> int:
    """Half away from zero."""
    if isinstance(value, Fraction):
        whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
        return whole if value >= 0 else -whole
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def reckon(lines: Sequence[Line], *, reductions: Sequence[Reduction] = ()) -> Totals:
    """The sums of these lines with the discounts of the whole bill, in the order given."""
    results = [LineTotal(amount_minor=line.amount_minor) for line in lines]
    for line, result in zip(lines, results, strict=True):
        for reduction in line.reductions:
            _take_off([line], [result], reduction)
        result.own_off_minor = sum(amount for _, amount in result.off)
        before = result.amount_minor - result.own_off_minor
        result.inclusive_before_minor = sum(
            tax.amount_minor for tax in taxes_on(before, line.rates) if tax.rate.is_inclusive
        )
    for reduction in reductions:
        _take_off(lines, results, reduction)
    for line, result in zip(lines, results, strict=True):
        result.taxes = taxes_on(result.left_minor, line.rates)
    return Totals(lines=results)


def _take_off(lines: Sequence[Line], results: Sequence[LineTotal], reduction: Reduction) -> None:
    meant = [
        result
        for line, result in zip(lines, results, strict=True)
        if line.is_discountable
        and result.left_minor > 0
        and (reduction.products is None or line.product_id in reduction.products)
    ]
    left = [result.left_minor for result in meant]
    if reduction.percent is not None:
        shares = [rounded(amount * reduction.percent / 100) for amount in left]
    else:
        shares = spread(min(reduction.amount_minor or 0, sum(left)), weights=left)
    for result, share in zip(meant, shares, strict=True):
        result.off.append((reduction.discount_id, share))


def spread(amount_minor: int, *, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to the weights that add up to the amount; what is left goes to the largest rests."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [amount_minor * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda index: (-(amount_minor * weights[index] % whole), index))
    for index in by_rest[: amount_minor - sum(parts)]:
        parts[index] += 1
    return parts


def taxes_on(amount_minor: int, rates: Sequence[Rate]) -> list[Tax]:
    """The taxes of each rate; inclusive ones are taken out of the amount, exclusive ones reckoned on what is left."""
    inclusive = sum((rate.percent for rate in rates if rate.is_inclusive), Decimal(0))
    inside = {
        rate.rate_id: rounded(Fraction(amount_minor) * Fraction(rate.percent) / (100 + Fraction(inclusive)))
        for rate in rates
        if rate.is_inclusive
    }
    net = amount_minor - sum(inside.values())
    return [
        Tax(
            rate=rate,
            amount_minor=inside[rate.rate_id] if rate.is_inclusive else rounded(net * rate.percent / 100),
            taxable_minor=net,
        )
        for rate in rates
    ]
