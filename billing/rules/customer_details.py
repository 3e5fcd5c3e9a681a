"""Decides whose name, e-mail or address holds when ours and Stripe's differ: the later change wins (rule U4).

What both sides last agreed on shows who has changed something since; only if both have does the time decide.
"""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from billing.errors import InvalidInput

LONGEST_NAME = 120
_COUNTRY = re.compile(r"[A-Z]{2}")
_LONGEST = {"line1": 200, "line2": 200, "city": 100, "postal_code": 30, "state": 100}


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address in Stripe's parts; `country` is two capital letters (ISO 3166-1) or empty."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    postal_code: str = ""
    state: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return any(asdict(self).values())


class Decision(StrEnum):
    """`leave`: both differ and nobody knows who was later, as in rows from before they were compared."""

    AGREED = "agreed"
    SEND = "send"
    TAKE_OVER = "take_over"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Sides:
    """One field on both sides. `agreed` is None where they never agreed; times are business time, None if unknown."""

    ours: str | PostalAddress
    theirs: str | PostalAddress
    agreed: str | PostalAddress | None = None
    ours_changed_at: datetime | None = None
    theirs_changed_at: datetime | None = None


def decide(sides: Sides, *, may_be_empty: bool = False) -> Decision:
    """What to do about one field. `may_be_empty`: that Stripe has emptied it counts as a change, too."""
    if sides.ours == sides.theirs:
        return Decision.AGREED
    if not sides.theirs and not may_be_empty:
        return Decision.SEND
    if sides.agreed is not None and sides.theirs == sides.agreed:
        return Decision.SEND
    if sides.agreed is not None and sides.ours == sides.agreed:
        return Decision.TAKE_OVER
    if not sides.ours:
        return Decision.TAKE_OVER
    if not sides.theirs:
        return Decision.SEND
    return _later(sides)


def both_changed(sides: Sides) -> bool:
    """Whether only the time can tell whose value holds, so that it is worth asking Stripe for it."""
    differ = sides.ours != sides.theirs and bool(sides.ours and sides.theirs)
    return differ and sides.agreed not in (sides.ours, sides.theirs)


def _later(sides: Sides) -> Decision:
    if sides.ours_changed_at is None:
        return Decision.TAKE_OVER if sides.theirs_changed_at else Decision.LEAVE
    if sides.theirs_changed_at is None or sides.theirs_changed_at <= sides.ours_changed_at:
        return Decision.SEND
    return Decision.TAKE_OVER


def check_details(*, name: str, address: PostalAddress) -> None:
    """Raise InvalidInput, with the field, for what cannot stand on an invoice."""
    if not name:
        raise InvalidInput("Enter a name: it stands on your invoices.", field="name")
    if len(name) > LONGEST_NAME:
        raise InvalidInput(f"Please use at most {LONGEST_NAME} characters.", field="name")
    for field, longest in _LONGEST.items():
        if len(getattr(address, field)) > longest:
            raise InvalidInput(f"Please use at most {longest} characters.", field=field)
    if address and not _COUNTRY.fullmatch(address.country):
        raise InvalidInput("Choose the country of the address.", field="country")
