"""Keeps what was decided, in this process only: an answer a customer, until a change or a moment ends it.

It must not decide or read. The record of access drops an entry when a change of this process is committed; what
another process committed, the version says that is asked for at most each second (`selectors.entitlements`).
"""

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from billing.rules.entitlement import Access

_MOST_ENTRIES = 50_000
Version = tuple[int, int]
"""The number and the highest id of the facts that concern an organization: every committed change moves it."""


@dataclass(slots=True)
class Entry:
    """`since` and `until` are business time; `checked` is the process's own monotonic time in seconds."""

    access: Access
    version: Version
    since: datetime
    until: datetime | None
    checked: float


_entries: dict[int, Entry] = {}
_generation = 0
_lock = Lock()


def get(organization_id: int) -> Entry | None:
    return _entries.get(organization_id)


def generation() -> int:
    """Ask before reading from the database, and give it to `put`: what was read before a drop is not kept."""
    return _generation


def put(organization_id: int, entry: Entry, *, generation: int) -> None:
    with _lock:
        if generation != _generation:
            return
        if len(_entries) >= _MOST_ENTRIES:
            _entries.clear()
        _entries[organization_id] = entry


def drop(organization_id: int | None) -> None:
    """Forget one organization's answer, or with None everybody's."""
    global _generation
    with _lock:
        _generation += 1
        if organization_id is None:
            _entries.clear()
        else:
            _entries.pop(organization_id, None)
