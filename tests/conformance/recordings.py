"""Decides how a folder of recordings becomes stories of exchanges; it must not know the sandbox."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

# What the recorder put in place of its own ids; the words stood for these values.
_MASKS = {"<VENDOR_ID>": "1", "<VENDOR_AUTH_CODE>": "x"}
_STRIPE_ID = re.compile(
    r"^(?:acct|cus|sub|si|in|ii|il|inpay|pi|ch|py|txn|pm|card|seti|setatt|cs_test|evt|we|re|pyr|dp|du|prod|price|promo"
    r"|cn|txr|sub_sched|bps|bpc|clock|di|file|mandate|plan|cbtxn|issfr|prv|tax)_[A-Za-z0-9_]{4,}$"
)
# Objects of one story were recorded within minutes; a longer gap is another run of the same test.
LONGEST_PAUSE_SECONDS = 1800
READABLE_VERSIONS = ("clover", "dahlia")


@dataclass(frozen=True)
class Exchange:
    """One recorded request and its answer."""

    file: str
    index: int
    method: str
    path: str
    query: list[tuple[str, str]]
    form: list[tuple[str, str]]
    status: int
    headers: dict[str, str]
    response: dict[str, Any]

    @property
    def name(self) -> str:
        """How tables name it: file and place in the file."""
        return f"{self.file}#{self.index}"

    @property
    def version(self) -> str:
        """The API version of the answer."""
        return self.headers.get("stripe-version", "")

    @property
    def is_readable(self) -> bool:
        """Whether the version has the shapes of the sandbox's own."""
        return self.version.endswith(READABLE_VERSIONS)

    @property
    def named_ids(self) -> set[str]:
        """Ids of Stripe's form that the request names, in the path or as a value."""
        values = [*self.path.split("/"), *(value for _, value in self.query + self.form)]
        return {value for value in values if _STRIPE_ID.match(value)}

    @property
    def first_moment(self) -> int | None:
        """The newest `created` of the answer, unix seconds; None where nothing carries a time."""
        moments = [moment for name, moment in times(self.response) if name == "created"]
        return max(moments, default=None)


@dataclass
class Story:
    """Exchanges of one run of one test, in order."""

    file: str
    exchanges: list[Exchange] = field(default_factory=list)


def read_stories(folder: Path) -> Iterator[Story]:
    """The stories of every `*.json` file of the folder, by name; a long pause in a file begins a new one."""
    for path in sorted(folder.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        for mask, meaning in _MASKS.items():
            text = text.replace(mask, meaning)
        story, last = Story(path.stem), None
        for index, raw in enumerate(json.loads(text)):
            exchange = _exchange(path.stem, index, raw)
            moment = exchange.first_moment
            if moment and last and abs(moment - last) > LONGEST_PAUSE_SECONDS and _begins(exchange):
                yield story
                story = Story(path.stem)
            last = moment or last
            story.exchanges.append(exchange)
        yield story


def _begins(exchange: Exchange) -> bool:
    return exchange.method == "POST" and not exchange.named_ids


def _exchange(file: str, index: int, raw: dict[str, Any]) -> Exchange:
    path, _, query = raw["path"].partition("?")
    form = "" if raw["method"] == "GET" else raw.get("body") or ""
    response = raw["response"]
    return Exchange(
        file=file,
        index=index,
        method=raw["method"],
        path=path,
        query=parse_qsl(query, keep_blank_values=True),
        form=parse_qsl(form, keep_blank_values=True),
        status=raw["status"],
        headers={name.lower(): value for name, value in (raw.get("headers") or {}).items()},
        response=json.loads(response) if isinstance(response, str) else response,
    )


def tables(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON table inside, the outer ones first."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from tables(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from tables(inner)


def times(value: Any) -> Iterator[tuple[str, int]]:
    """Every moment inside, with the name of its key; what prices and products carry is older than the story."""
    for table in tables(value):
        if table.get("object") in {"price", "plan", "product", "account"}:
            continue
        for name, moment in table.items():
            if isinstance(moment, int) and is_moment(moment):
                yield name, moment


def is_moment(value: int) -> bool:
    """Whether a number is a unix time between 2014 and 2040, which no recorded amount is."""
    return 1_400_000_000 < value < 2_210_000_000
