"""Closed lists of words as choices; under the enum's own name, which the schema then gives them, too."""

from enum import Enum


def words_of(words: type[Enum]) -> list[tuple[str, str]]:
    return [(str(word.value), word.name) for word in words]
