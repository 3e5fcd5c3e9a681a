"""Writes all that the product keeps on one organization as one JSON document, piece by piece, without secrets.

The format is described in docs/export.md.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson

from accounts.models import Organization, User
from billing.services.export_organization import Section, customer_ids_of, export_organization
from billing_project.unsaid import without_reasons
from webhooks.export import exported_events
from webhooks.masking import MASK, masked

FORMAT_VERSION = 1
# What Django signs ends in a time and a digest: such links act for whoever holds them.
_SIGNED = re.compile(r"[\w-]+:[\w-]{4,}:[\w-]{43}")


def archive(organization: Organization, *, actor: User | None, now: datetime) -> Iterator[bytes]:
    """The pieces of the document, in order; `now` is system time. That somebody asked is noted at once.

    Never more than a page of rows is held in memory. What opens a page or signs somebody in is replaced by dots;
    why a card was refused is left out.
    """
    sections = export_organization(organization, actor=actor)
    return _written(_with_events(sections, organization), organization=organization, now=now)


def file_name(organization: Organization, *, now: datetime) -> str:
    """Plain letters only; `now` is system time."""
    return f"organization-{organization.uuid.hex[:8]}-{now:%Y-%m-%d}.json"


def _with_events(sections: Iterable[Section], organization: Organization) -> Iterator[Section]:
    yield from sections
    customer_ids = customer_ids_of(organization)
    yield "webhooks.InboxEvent", exported_events(customer_ids, since=organization.created_at)


def _written(sections: Iterable[Section], *, organization: Organization, now: datetime) -> Iterator[bytes]:
    head = {"version": FORMAT_VERSION, "made_at": now, "organization": organization.uuid}
    yield orjson.dumps(head)[:-1] + b',"sections":{'
    for number, (name, rows) in enumerate(sections):
        yield (b",\n" if number else b"\n") + orjson.dumps(name) + b":["
        for place, row in enumerate(rows):
            yield (b",\n" if place else b"\n") + orjson.dumps(_without_secrets(row), default=str)
        yield b"]"
    yield b"}}\n"


def _without_secrets(row: dict[str, Any]) -> Any:
    return _unsigned(masked(without_reasons(row)))


def _unsigned(value: Any) -> Any:
    if isinstance(value, str):
        return _SIGNED.sub(MASK, value)
    if isinstance(value, dict):
        return {key: _unsigned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unsigned(inner) for inner in value]
    return value
