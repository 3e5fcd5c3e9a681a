"""Prints figures, one JSON line each, with the load of the machine at that moment; it measures nothing itself."""

import json
import math
import os
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime

_DIGITS = 4


def figure(name: str, **values: object) -> None:
    """One line: the figure's name, its values to four digits, the load average of the last minute, and when."""
    line = {"bench": name, **{key: _rounded(value) for key, value in values.items()}}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    print(json.dumps({**line, "load": round(os.getloadavg()[0], 2), "at": at}), flush=True)


def _rounded(value: object) -> object:
    if not isinstance(value, float) or not value:
        return value
    return round(value, max(0, _DIGITS - 1 - math.floor(math.log10(abs(value)))))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed; 0 if there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def median(values: Sequence[float]) -> float:
    return float(statistics.median(values))
