"""Decides how a disputed sum is written in plain text, and from which sum on two people decide."""

from billing.money import Money, UnknownCurrency, decimals


def amount_words(amount_minor: int, currency: str) -> str:
    """`128.00 EUR`; a currency that we do not know is written as it came, never guessed."""
    try:
        return f"{Money(amount_minor, currency).to_major():.{decimals(currency)}f} {currency.upper()}"
    except UnknownCurrency:
        return f"{amount_minor} minor units of {currency.upper()}"


def is_above(amount_minor: int, currency: str, *, major: int) -> bool:
    """Whether it is more than so many whole units of its currency; of one that we do not know, anything is."""
    try:
        return Money(amount_minor, currency).to_major() > major
    except UnknownCurrency:
        return True
