"""Reads the examples of docs/api-resources.md: a request, a status, and the part of the answer that matters."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BLOCK = re.compile(r"^```(http|person)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY = "…"


@dataclass(frozen=True)
class Example:
    """`kind` is `http`, or `person` for what somebody does on a hosted page, which then stands in `line`."""

    kind: str
    line: str
    headers: dict[str, str]
    body: Any = None
    status: int = 0
    answer: Any = None


def examples_of(page: Path) -> list[Example]:
    return [_example(kind, text) for kind, text in _BLOCK.findall(page.read_text())]


def _example(kind: str, text: str) -> Example:
    asked, _, answered = text.strip().partition("\n\n")
    line, *rest = asked.split("\n")
    headers = dict(one.split(": ", 1) for one in rest if not one.startswith("{"))
    body = next((json.loads(one) for one in rest if one.startswith("{")), None)
    if kind == "person":
        return Example(kind, line, headers)
    status, _, answer = answered.partition("\n")
    return Example(kind, line, headers, body, int(status), json.loads(answer))


def filled(value: Any, kept: dict[str, Any]) -> Any:
    """The same with what is kept in the place of each `$NAME`."""
    if isinstance(value, dict):
        return {name: filled(one, kept) for name, one in value.items()}
    if isinstance(value, str) and value in kept:
        return kept[value]
    if isinstance(value, str):
        return re.sub(r"\$[A-Z]+", lambda found: str(kept[found[0]]), value)
    return value


def differences(told: Any, answer: Any, kept: dict[str, Any], path: str = "") -> list[str]:
    """Where the answer is not as documented; a `$NAME` is kept the first time, and compared from then on."""
    if isinstance(told, str) and told.startswith("$"):
        kept.setdefault(told, answer)
        return [] if kept[told] == answer else [f"{path}: {answer!r} is not {told}"]
    if told == ANY:
        return []
    if isinstance(told, dict):
        if not isinstance(answer, dict) or (missing := told.keys() - answer.keys()):
            return [f"{path}: there is no {sorted(missing) if isinstance(answer, dict) else told}"]
        return [fault for name in told for fault in differences(told[name], answer[name], kept, f"{path}.{name}")]
    if isinstance(told, list):
        if not isinstance(answer, list) or len(answer) < len(told):
            return [f"{path}: {answer!r} is shorter"]
        pairs = enumerate(zip(told, answer, strict=False))
        return [
            fault for number, (one, other) in pairs for fault in differences(one, other, kept, f"{path}.{number}")
        ]
    return [] if told == answer else [f"{path}: {answer!r} is not {told!r}"]
