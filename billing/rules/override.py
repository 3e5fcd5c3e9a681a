"""Decides which grants beside a plan make sense; it must not know who gives them or how they are stored."""

from dataclasses import dataclass
from datetime import datetime

from billing.errors import InvalidInput
from billing.rules.catalogue import FeatureKind, SeatTerms
from billing.rules.catalogue_file import LARGEST_LIMIT
from billing.terms import OverrideKind

LONGEST_REASON = 300
_OF_LIMITS = (OverrideKind.NUMBER, OverrideKind.UNLIMITED)


@dataclass(frozen=True, slots=True)
class OverrideTerms:
    """What is granted: a feature or a plan by its code in the catalogue. Times are UTC business time.

    `starts_at` None is at once, `ends_at` None is until it is ended. `quantity` is the seats of a whole plan.
    """

    kind: OverrideKind
    code: str
    limit: int | None = None
    quantity: int = 1
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def check_feature(terms: OverrideTerms, kind: FeatureKind) -> None:
    """Raises InvalidInput for a number of a flag, or a limit without one. Taking away fits both."""
    if kind == FeatureKind.FLAG and terms.kind in _OF_LIMITS:
        raise InvalidInput(f"{terms.code} is on or off, it has no number.", field="kind")
    if kind == FeatureKind.LIMIT and terms.kind == OverrideKind.ON:
        raise InvalidInput(f"{terms.code} is counted: give a number, or no limit.", field="kind")
    if (terms.kind == OverrideKind.NUMBER) != (terms.limit is not None):
        raise InvalidInput("A number belongs to the kind “number”, and to no other.", field="limit")
    if terms.limit is not None and not 0 <= terms.limit <= LARGEST_LIMIT:
        raise InvalidInput(f"The number must be between 0 and {LARGEST_LIMIT}.", field="limit")


def check_plan(terms: OverrideTerms, seats: SeatTerms | None, *, is_free: bool) -> None:
    """Raises InvalidInput for the free plan, and for a number of seats that the plan does not have."""
    if is_free:
        raise InvalidInput("The free plan needs no grant.", field="plan")
    least, most = (seats.minimum, seats.maximum) if seats else (1, 1)
    if not least <= terms.quantity <= most:
        raise InvalidInput(f"The plan is given for {least} to {most} seats.", field="quantity")


def check_days(terms: OverrideTerms, *, now: datetime) -> datetime:
    """When it starts. Raises InvalidInput for a start or an end that is past, or an end before the start."""
    starts_at = terms.starts_at or now
    if starts_at < now:
        raise InvalidInput("It cannot start in the past: what was decided then stays decided.", field="starts_at")
    if terms.ends_at is not None and terms.ends_at <= starts_at:
        raise InvalidInput("It must end after its start, and in the future.", field="ends_at")
    return starts_at


def checked_reason(reason: str) -> str:
    """Raises InvalidInput without one, or for one that is too long."""
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        raise InvalidInput(f"Please give a reason of at most {LONGEST_REASON} characters.", field="reason")
    return reason.strip()
