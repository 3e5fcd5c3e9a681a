"""Writes entries of the audit as CSV or JSON, piece by piece."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from billing.services.export_audit import NAMES

# A spreadsheet takes what begins so for a formula, and runs it.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that gives back each line."""

    def write(self, line: str) -> str:
        return line


def as_json(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """One array; each entry on a line of its own."""
    yield b"["
    for number, row in enumerate(rows):
        yield (b",\n" if number else b"\n") + orjson.dumps(row, option=orjson.OPT_UTC_Z)
    yield b"\n]\n"


def as_csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A line of names, then a line an entry; what has parts stands as JSON in its cell."""
    writer = csv.writer(_Echo())
    yield writer.writerow(NAMES)
    for row in rows:
        yield writer.writerow([_cell(row[name]) for name in NAMES])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
