"""Decides what one field of a control's JSON may be: a reader gives back the value or names the field."""

import math
from typing import Any

Body = dict[str, Any]
_NONE: Any = object()


def number(body: Body, name: str, *, default: Any = _NONE) -> float:
    """A finite number; texts with a number in them count, for a query string has nothing else."""
    value = _given(body, name, default)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{name} is a number")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"{name} is a number")
    return found


def whole(body: Body, name: str, *, default: Any = _NONE) -> int:
    """A whole number."""
    found = number(body, name, default=default)
    if found != int(found):
        raise ValueError(f"{name} is a whole number")
    return int(found)


def truth(body: Body, name: str, *, default: Any = _NONE) -> bool:
    """True or false."""
    value = _given(body, name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is true or false")
    return value


def text(body: Body, name: str, *, default: Any = _NONE) -> str:
    """A text that is not empty, unless empty is the default."""
    value = _given(body, name, default)
    if not isinstance(value, str) or (not value and default != ""):
        raise ValueError(f"give {name} as a text")
    return value


def _given(body: Body, name: str, default: Any) -> Any:
    value = body.get(name, default)
    if value is _NONE:
        raise ValueError(f"give {name}")
    return value
