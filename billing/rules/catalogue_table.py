"""Reads values out of one table of the catalogue file, each of exactly one type; it must not know what they mean."""

import re
from collections.abc import Iterable
from typing import Any

from billing.errors import CatalogueError
from billing.rules.catalogue import refusal

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ABSENT = object()


class Table:
    """A TOML table and its place in the file. Each reader raises CatalogueError that names the key."""

    def __init__(self, values: object, *, place: str) -> None:
        if not isinstance(values, dict):
            raise refusal(place or "catalogue", "a table is expected here")
        self.values: dict[str, Any] = values
        self.place = place

    def key(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def refuse(self, name: str, reason: str) -> CatalogueError:
        return refusal(self.key(name), reason)

    def allow_only(self, names: Iterable[str]) -> None:
        """A misspelt key would otherwise be ignored in silence."""
        known = list(names)
        for name in self.values:
            if name not in known:
                raise self.refuse(name, f"unknown key; known here are {', '.join(known) or 'none'}")

    def text(self, name: str, *, longest: int, default: str | None = None) -> str:
        value = self._read(name, default)
        if not isinstance(value, str):
            raise self.refuse(name, "text is expected")
        if len(value) > longest or not value.isprintable():
            raise self.refuse(name, f"at most {longest} printable characters fit")
        if default is None and not value.strip():
            raise self.refuse(name, "it must not be empty")
        return value

    def code(self, name: str) -> str:
        value = self.text(name, longest=40)
        if not _CODE.fullmatch(value):
            raise self.refuse(name, "a code has lower-case letters, digits and _, and begins with a letter")
        return value

    def flag(self, name: str) -> bool:
        value = self._read(name, False)
        if not isinstance(value, bool):
            raise self.refuse(name, "true or false is expected")
        return value

    def whole_number(self, name: str, *, largest: int, default: int | None = None) -> int:
        value = self._read(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.refuse(name, "a whole number is expected")
        if not 0 <= value <= largest:
            raise self.refuse(name, f"it must lie between 0 and {largest}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self._read(name, None)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.refuse(name, "a list of texts is expected")
        for position, value in enumerate(values):
            if value in values[:position]:
                raise self.refuse(name, f"{value!r} stands in it twice")
        return tuple(values)

    def table(self, name: str) -> "Table":
        return Table(self._read(name, None), place=self.key(name))

    def tables(self, name: str) -> list["Table"]:
        """An array of tables. Each is called by its `code` from then on, because a person looks for that."""
        values = self._read(name, None)
        if not isinstance(values, list) or not values:
            raise self.refuse(name, f"at least one [[{self.key(name)}]] is expected")
        tables: dict[str, Table] = {}
        for position, value in enumerate(values, start=1):
            table = Table(value, place=f"{self.key(name)}[{position}]")
            code = table.code("code")
            table.place = f"{self.key(name)}.{code}"
            if code in tables:
                raise table.refuse("code", "this code is used twice")
            tables[code] = table
        return list(tables.values())

    def _read(self, name: str, default: object) -> object:
        value = self.values.get(name, _ABSENT)
        if value is not _ABSENT:
            return value
        if default is None:
            raise self.refuse(name, "it is missing")
        return default
