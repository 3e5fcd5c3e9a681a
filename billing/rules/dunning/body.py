"""Reads values out of a policy's body and collects what is wrong with them; it must not know what is wise."""

from collections.abc import Iterable, Mapping
from typing import Any

_ABSENT = object()


class Body:
    """One object of the JSON text. All problems go to one list, so that a person can mend them in one go."""

    def __init__(self, values: object, *, place: str, reasons: list[str]) -> None:
        self.place = place
        self.reasons = reasons
        self.is_object = isinstance(values, dict)
        self.values: Mapping[str, Any] = values if isinstance(values, dict) else {}
        if not self.is_object:
            self.refuse("", "must be an object with keys.")

    def refuse(self, name: str, sentence: str) -> None:
        self.reasons.append(f"{self.key(name)} {sentence}")

    def key(self, name: str) -> str:
        return ".".join(part for part in (self.place, name) if part) or "The policy"

    def allow_only(self, names: Iterable[str]) -> None:
        """A misspelt key would otherwise be ignored in silence, and a missing one guessed."""
        if not self.is_object:
            return
        known = list(names)
        for name in self.values:
            if name not in known:
                self.refuse(name, f"is not known here; known are {', '.join(known)}.")
        for name in known:
            if name not in self.values:
                self.refuse(name, "is missing.")

    def number(self, name: str, *, least: int, most: int, because: str = "") -> int:
        """A whole number; `least` where there is none, the nearest that fits for another."""
        value = self.values.get(name, _ABSENT)
        if value is _ABSENT:
            return least
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(name, "must be a whole number.")
            return least
        if not least <= value <= most:
            self.refuse(name, f"must lie between {least} and {most}{f', {because}' if because else ''}.")
        return min(max(value, least), most)

    def text(self, name: str) -> str | None:
        """None where there is none, or something else."""
        if name not in self.values:
            return None
        value = self.values[name]
        if isinstance(value, str):
            return value
        self.refuse(name, "must be text.")
        return None

    def part(self, name: str) -> "Body":
        return Body(self.values.get(name, {}), place=self.key(name), reasons=self.reasons)

    def items(self, name: str) -> list[Any] | None:
        """A list that is not empty, else None and a reason."""
        value = self.values.get(name)
        if not isinstance(value, list) or not value:
            self.refuse(name, "must be a list with at least one entry.")
            return None
        return value
