"""Reads the sum that a form showed to who sent it, such as `3840 eur`."""

from django.http import HttpRequest

from billing.errors import InvalidInput
from billing.money import Money, UnknownCurrency, decimals

_MOST_DIGITS = 12


def read_sum(request: HttpRequest) -> Money:
    """The posted field `shown`: minor units and currency. Raises InvalidInput."""
    amount, _, currency = request.POST.get("shown", "").partition(" ")
    digits = amount.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > _MOST_DIGITS:
        raise InvalidInput("The form did not say which sum it showed. Nothing was done.", field="shown")
    try:
        decimals(currency)
    except UnknownCurrency:
        raise InvalidInput("The form did not say which sum it showed. Nothing was done.", field="shown") from None
    return Money(int(amount), currency)
