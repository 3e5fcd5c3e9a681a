"""Reads a moment from an address, such as `2026-11-30T12:00:00Z`; without its offset it would be anybody's guess."""

import re
from datetime import UTC, datetime

from rest_framework.request import Request

from billing.errors import InvalidInput

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def read_moment(request: Request, name: str) -> datetime | None:
    """The query parameter `name` in UTC, or None where it is not there. Raises InvalidInput."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        if not _WRITTEN.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        words = "This is a moment with its offset, such as 2026-11-30T12:00:00Z (a + in an address is written %2B)."
        raise InvalidInput(words, field=name) from None
