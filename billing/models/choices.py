"""Turns a closed list of terms into Django's choices."""

from enum import StrEnum


def choices_of(terms: type[StrEnum]) -> list[tuple[str, str]]:
    return [(term.value, term.value.replace("_", " ").capitalize()) for term in terms]
