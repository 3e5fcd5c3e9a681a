"""What writing one typed row says of it: states that changed, and objects to look at next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from billing.mirror.refs import ObjectRef


@dataclass(frozen=True, slots=True)
class Change:
    """One state of the object that moved; an empty `from_state` means a new fact."""

    from_state: str
    to_state: str
    aspect: str = "status"


@dataclass(frozen=True, slots=True)
class Written:
    organization_id: int | None = None
    changes: tuple[Change, ...] = ()
    follow: tuple[ObjectRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object as Stripe gave it, with what else had to be asked for, and when. `obj` is None once it is gone."""

    ref: ObjectRef
    obj: Any
    system_at: datetime
    business_at: datetime
    extra: dict[str, Any] = field(default_factory=dict)


Writer = Callable[[Fetched], Written]


def status_change(before: str, after: str) -> tuple[Change, ...]:
    return () if before == after else (Change(before, after),)
