"""Decides how many seats an organization needs, may buy and gets next; it must not know how they are paid."""

from dataclasses import dataclass
from enum import StrEnum

from billing.errors import NotPerSeat, SeatsAboveMaximum, SeatsBelowMinimum, SeatsBelowUsed
from billing.rules.catalogue import SeatTerms
from billing.terms import ChangeBehaviour, Interval


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


def quantity_after_change(before: SeatTerms | None, after: SeatTerms | None, *, billed: int, used: int) -> int:
    """How many to bill on another plan for somebody who has `billed` of the present one, `used` by people.

    Seats go along from a plan that has them to another that does; where only one of them has seats, a number of the
    one says nothing about the other. Raises SeatsAboveMaximum where the team is too large for the other plan.
    """
    if after is None:
        return billed if before is None else 1
    needed = quantity_for(after, used=used)
    return needed if before is None else min(max(billed, needed), after.maximum)


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
class SeatPolicy:
    """What more and fewer seats do to the bill, as the settings say."""

    up: ChangeBehaviour
    down: ChangeBehaviour


@dataclass(frozen=True, slots=True)
class SeatSteps:
    """The quantities to set one after the other: `charged` for money until the period ends, then `final` for none.

    `held` seats are paid until the period ends once that is done; `behaviour` says when the money moves, and is
    `period_end` where none does before.
    """

    charged: int
    final: int
    held: int
    behaviour: ChangeBehaviour


def steps_to(quantity: int, *, billed: int, held: int, is_trial: bool, policy: SeatPolicy) -> SeatSteps:
    """How to get from `billed` seats (Stripe's quantity) to `quantity`, when `held` are paid until the period ends.

    Fewer seats give no money back by default: who could give up a seat for credit and take it again would pay for
    the days of use only (rule S15). They stay until the period ends, and until then come back for nothing: only seats
    above `held` are charged for. In a trial nothing is.
    """
    if is_trial:
        return SeatSteps(charged=billed, final=quantity, held=quantity, behaviour=ChangeBehaviour.PERIOD_END)
    if quantity < billed and policy.down != ChangeBehaviour.PERIOD_END:
        return SeatSteps(charged=quantity, final=quantity, held=quantity, behaviour=policy.down)
    paid = max(held, billed)
    charged = billed + max(0, quantity - paid)
    return SeatSteps(
        charged=charged,
        final=quantity,
        held=max(paid, quantity),
        behaviour=policy.up if charged > billed else ChangeBehaviour.PERIOD_END,
    )


def policy_for_person(policy: SeatPolicy, *, interval: Interval) -> SeatPolicy:
    """The same, but nobody's choice waits up to a year for its invoice: with a yearly price it is paid at once."""
    if interval == Interval.YEAR and policy.up == ChangeBehaviour.NOW_NEXT_INVOICE:
        return SeatPolicy(up=ChangeBehaviour.NOW_INVOICE, down=policy.down)
    return policy


def policy_for_team(policy: SeatPolicy) -> SeatPolicy:
    """The same, but what follows the team by itself is pooled on the next invoice: no invoice for each person."""
    return SeatPolicy(up=ChangeBehaviour.NOW_NEXT_INVOICE, down=policy.down)


def _too_many(terms: SeatTerms, *, used: int) -> str:
    return (
        f"This plan has {terms.maximum} seats at most, and {used} people are in the team. "
        "Please choose a larger plan, or remove people first."
    )
