"""Decides how many seats an organization needs, may buy and gets next; it must not know how they are paid."""

from dataclasses import dataclass
from enum import StrEnum

from billing.errors import NotPerSeat, SeatsAboveMaximum, SeatsBelowMinimum, SeatsBelowUsed
from billing.rules.catalogue import SeatTerms


class SeatSync(StrEnum):
    """Whether the seats follow the people by themselves: never, when somebody joins, or in both directions."""

    OFF = "off"
    UP = "up"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class People:
    """Who takes a seat: members, and open invitations where the setting says so."""

    members: int
    invited: int = 0
    counts_invited: bool = False

    @property
    def used(self) -> int:
        return self.members + (self.invited if self.counts_invited else 0)


def quantity_for(terms: SeatTerms | None, *, used: int) -> int:
    """How many to buy for `used` people: at least the plan's fewest; one where the plan has no seats.

    Raises SeatsAboveMaximum where more people are there than the plan has seats.
    """
    if terms is None:
        return 1
    if used > terms.maximum:
        raise SeatsAboveMaximum(_too_many(terms, used=used), maximum=terms.maximum, used=used)
    return max(used, terms.minimum)


def check_quantity(terms: SeatTerms | None, *, quantity: int, used: int) -> None:
    """Raise the refusal of a number of seats that somebody asks for.

    Raises NotPerSeat where the plan has no seats, SeatsBelowMinimum, SeatsBelowUsed, SeatsAboveMaximum.
    """
    if terms is None:
        if quantity != 1:
            raise NotPerSeat()
        return
    if quantity > terms.maximum:
        raise SeatsAboveMaximum(
            f"This plan has {terms.maximum} seats at most. Nothing was changed.", maximum=terms.maximum
        )
    if quantity < used:
        raise SeatsBelowUsed(
            f"{used} people use a seat. Remove {used - quantity} of them first; nothing was changed.", used=used
        )
    if quantity < terms.minimum:
        raise SeatsBelowMinimum(
            f"This plan has {terms.minimum} seats at least. Nothing was changed.", minimum=terms.minimum
        )


def quantity_to_follow(terms: SeatTerms, *, paid: int, used: int, sync: SeatSync) -> int:
    """How many seats there should be now that `used` people are there; `paid` is what is billed from now on.

    Never more than the plan has: who is beyond that is a matter for a person.
    """
    needed = min(max(used, terms.minimum), terms.maximum)
    if sync == SeatSync.OFF or (sync == SeatSync.UP and needed < paid):
        return paid
    return needed


@dataclass(frozen=True, slots=True)
class SeatSteps:
    """The quantities to set one after the other: `charged` for money until the period ends, then `final` for none."""

    charged: int
    final: int


def steps_to(quantity: int, *, billed: int, held: int) -> SeatSteps:
    """How to get from `billed` seats (Stripe's quantity) to `quantity`, when `held` are paid until the period ends.

    Seats that were given up and are still paid come back for nothing: only those above `held` are charged for.
    """
    charged = billed + max(0, quantity - max(held, billed))
    return SeatSteps(charged=charged, final=quantity)


def _too_many(terms: SeatTerms, *, used: int) -> str:
    return (
        f"This plan has {terms.maximum} seats at most, and {used} people are in the team. "
        "Please choose a larger plan, or remove people first."
    )
