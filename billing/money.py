"""Amounts in a currency's minor unit: exact, never rounded, never mixed; it must not know what is charged for."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

_ZERO_DECIMAL = (
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
)  # fmt: skip
_THREE_DECIMAL = ("bhd", "jod", "kwd", "omr", "tnd")
_WHOLE_UNITS_IN_HUNDREDTHS = ("isk", "ugx")
_TWO_DECIMAL = (
    "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bgn", "bmd",
    "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "cny", "cop", "crc", "cve", "czk",
    "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gtq", "gyd", "hkd",
    "hnl", "htg", "huf", "idr", "ils", "inr", "jmd", "kes", "kgs", "khr", "kyd", "kzt", "lak", "lbp", "lkr",
    "lrd", "lsl", "mad", "mdl", "mkd", "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mxn", "myr", "mzn", "nad",
    "ngn", "nio", "nok", "npr", "nzd", "pab", "pen", "pgk", "php", "pkr", "pln", "qar", "ron", "rsd", "rub",
    "sar", "sbd", "scr", "sek", "sgd", "shp", "sle", "sos", "srd", "szl", "thb", "tjs", "top", "try", "ttd",
    "twd", "tzs", "uah", "usd", "uyu", "uzs", "wst", "xcd", "yer", "zar", "zmw",
)  # fmt: skip

# (factor, multiple) of an amount that is charged or invoiced, by Stripe's own table
# (https://docs.stripe.com/currencies, read 2026-07), which differs from ISO 4217 for ISK and UGX.
_CHARGE_UNITS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(_ZERO_DECIMAL, (1, 1)),
    **dict.fromkeys(_TWO_DECIMAL, (100, 1)),
    **dict.fromkeys(_THREE_DECIMAL, (1000, 10)),
    **dict.fromkeys(_WHOLE_UNITS_IN_HUNDREDTHS, (100, 100)),
}


class UnknownCurrency(ValueError):
    """The currency is not in the table; a factor of 100 is never assumed."""


class AmountDoesNotFit(ValueError):
    """The amount is finer than the currency allows; it is refused, not rounded."""


def minor_units(currency: str) -> tuple[int, int]:
    """Return (factor to the major unit, multiple that an amount must be of). Raises UnknownCurrency."""
    try:
        return _CHARGE_UNITS[currency.lower()]
    except KeyError:
        raise UnknownCurrency(f"Unknown currency {currency!r}") from None


def decimals(currency: str) -> int:
    """How many decimals an amount is written with: none where only whole units can be charged."""
    factor, multiple = minor_units(currency)
    return 0 if factor == multiple else len(str(factor)) - 1


@dataclass(frozen=True, slots=True)
class Money:
    """An integer of minor units and a lower-case ISO code, always together."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency != self.currency.lower():
            raise UnknownCurrency(f"Write the currency in lower case: {self.currency!r}")
        minor_units(self.currency)

    @classmethod
    def from_major(cls, amount: Decimal, *, currency: str) -> "Money":
        """Exact conversion of a major amount. Raises AmountDoesNotFit where it would need rounding."""
        factor, multiple = minor_units(currency)
        if not amount.is_finite():
            raise AmountDoesNotFit(f"{amount} is no amount")
        minor = Fraction(amount) * factor  # A product of Decimals is rounded to the digits of their context.
        if minor.denominator != 1 or minor.numerator % multiple:
            raise AmountDoesNotFit(f"{amount} {currency} is finer than the currency allows")
        return cls(minor.numerator, currency.lower())

    def to_major(self) -> Decimal:
        factor, _ = minor_units(self.currency)
        return Decimal(self.amount_minor) / factor

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"Cannot add {other.currency} to {self.currency}")
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def allocate(self, weights: list[int]) -> list["Money"]:
        """Split by weights with the largest remainder; the parts always add up, ties go to the earlier part.

        Parts are multiples of what the currency asks for, wherever the whole is one.
        """
        total = sum(weights)
        if not weights or total <= 0 or min(weights) < 0:
            raise ValueError("Weights must be non-negative and not all zero")
        _, multiple = minor_units(self.currency)
        step = 1 if self.amount_minor % multiple else multiple
        if self.amount_minor < 0:
            step = -step
        steps = self.amount_minor // step
        shares = [steps * weight // total for weight in weights]
        order = sorted(range(len(weights)), key=lambda i: (-(steps * weights[i] % total), i))
        for i in order[: steps - sum(shares)]:
            shares[i] += 1
        return [Money(step * share, self.currency) for share in shares]
