"""Reads which page of a list an address asks for."""

from django.http import HttpRequest

from billing.errors import InvalidInput

_LAST_PAGE = 10_000


def page_number(request: HttpRequest) -> int:
    """The number from 1. Raises InvalidInput for what is none."""
    number = request.GET.get("page", "1")
    if not number.isascii() or not number.isdigit() or not 0 < int(number[:6]) <= _LAST_PAGE:
        raise InvalidInput("There is no such page.", field="page")
    return int(number[:6])
