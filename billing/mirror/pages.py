"""Compares one page of one of Stripe's lists with our rows and says where the next one begins; it writes nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from billing import clock
from billing.gateway import lists
from billing.gateway.budget import paced
from billing.mirror import comparing
from billing.mirror.comparing import COMPARED, Stored
from billing.mirror.refs import ObjectRef
from billing.rules.drift import Difference, differences
from billing.terms import ObjectKind


@dataclass(frozen=True, slots=True)
class Position:
    """How far a comparison has come: in the list of `kind`, behind `after_id`, or at its end.

    `edge` is when the last object was made (Unix seconds) and `edge_ids` are those listed that were made just then:
    others of that second may stand on the next page.
    """

    kind: ObjectKind = COMPARED[0]
    after_id: str = ""
    edge: int | None = None
    edge_ids: tuple[str, ...] = ()
    is_at_end: bool = False

    @classmethod
    def load(cls, cursor: dict[str, Any]) -> "Position":
        """From what `dump` gave; from the beginning where that is empty."""
        if not cursor:
            return cls()
        return cls(**{**cursor, "kind": ObjectKind(cursor["kind"]), "edge_ids": tuple(cursor["edge_ids"])})

    def dump(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "after_id": self.after_id,
            "edge": self.edge,
            "edge_ids": list(self.edge_ids),
            "is_at_end": self.is_at_end,
        }

    def next_list(self) -> "Position | None":
        """The beginning of the list that comes after this one, or None after the last."""
        rest = COMPARED[COMPARED.index(self.kind) + 1 :]
        return Position(rest[0]) if rest else None


@dataclass(frozen=True, slots=True)
class FoundDrift:
    """An object of which our row differed. `theirs_digest` is empty where Stripe does not list it."""

    ref: ObjectRef
    organization_id: int | None
    differences: tuple[Difference, ...]
    theirs_digest: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class ComparedPage:
    compared: int
    drifts: list[FoundDrift] = field(default_factory=list)
    position: Position = field(default_factory=Position)


def compare_page(position: Position) -> ComparedPage:
    """Ask for the page at `position` and compare it. One call to Stripe, at the workers' common pace.

    A row that was fetched after the question is newer than the answer and passed over, so that changes meanwhile are
    no drift. Raises StripeUnreachable, StripeKeyRefused; safe to repeat.
    """
    asked_at = clock.system_now()
    with paced():
        page = lists.page_of(position.kind, after_id=position.after_id)
    ours = comparing.stored(position.kind, [obj["id"] for obj in page.objects])
    found = [_compare(position.kind, obj, ours.get(obj["id"]), asked_at=asked_at) for obj in page.objects]
    return ComparedPage(
        len(page.objects),
        [drift for drift in (*found, *_gone(position, page, asked_at=asked_at)) if drift is not None],
        _behind(position, page),
    )


def _compare(kind: ObjectKind, obj: Any, ours: Stored | None, *, asked_at: datetime) -> FoundDrift | None:
    if ours is None and not comparing.is_ours(kind, obj):
        return None
    if ours is not None and ours.fetched_at is not None and ours.fetched_at > asked_at:
        return None
    theirs = comparing.read(kind, obj)
    found = differences(kind, ours=ours.values if ours else None, theirs=theirs)
    if not found:
        return None
    organization_id = ours.organization_id if ours else theirs.get("organization_id")
    return FoundDrift(ObjectRef(kind, obj["id"]), organization_id, found, comparing.digest(theirs), asked_at)


def _gone(position: Position, page: lists.Page, *, asked_at: datetime) -> list[FoundDrift]:
    """Rows that would have to stand on this page. Those made in its last second are judged with the next page."""
    oldest = _oldest(page)
    missing = comparing.unlisted(
        position.kind,
        made_after=_moment(oldest) if page.has_more else None,
        made_until=_moment(position.edge),
        listed=[*position.edge_ids, *(obj["id"] for obj in page.objects)],
        fetched_until=asked_at,
    )
    difference = differences(position.kind, ours={}, theirs=None)
    return [
        FoundDrift(ObjectRef(position.kind, stripe_id), organization_id, difference, "", asked_at)
        for stripe_id, organization_id in sorted(missing.items())
    ]


def _behind(position: Position, page: lists.Page) -> Position:
    oldest = _oldest(page)
    if not page.has_more or oldest is None:
        return Position(position.kind, is_at_end=True)
    of_last_second = [obj["id"] for obj in page.objects if obj["created"] == oldest]
    earlier = position.edge_ids if position.edge == oldest else ()
    return Position(position.kind, page.objects[-1]["id"], oldest, (*earlier, *of_last_second))


def _oldest(page: lists.Page) -> int | None:
    return min((int(obj["created"]) for obj in page.objects), default=None)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
