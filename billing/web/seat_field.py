"""Reads how many seats a form or an address asks for."""

from django.http import QueryDict

from billing.errors import InvalidInput

_MOST_DIGITS = 6


def read_seats(values: QueryDict) -> int | None:
    """The whole number above zero in `seats`, or None where nothing was asked for. Raises InvalidInput."""
    text = values.get("seats", "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS or int(text) == 0:
        raise InvalidInput("Please write the number of seats in figures, such as 8.", field="seats")
    return int(text)
