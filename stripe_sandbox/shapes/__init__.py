"""Decides which keys a fresh object of each kind carries; one JSON template a kind beside this file."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _template(kind: str) -> str:
    return (Path(__file__).parent / f"{kind}.json").read_text(encoding="utf-8")


def blank(kind: str, **values: Any) -> dict[str, Any]:
    """A new object of this kind: every key that Stripe shows, the given ones filled.

    Raises KeyError for a value whose key the template does not have (private keys begin with an underscore).
    """
    made: dict[str, Any] = json.loads(_template(kind))
    for key, value in values.items():
        if key not in made and not key.startswith("_"):
            raise KeyError(f"{kind} has no key {key}")
        made[key] = value
    return made
