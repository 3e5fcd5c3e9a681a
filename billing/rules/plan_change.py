"""Decides whether a change of plan goes up or down, and when it happens; it must not know how Stripe does it."""

from dataclasses import dataclass

from billing.terms import ChangeBehaviour, ChangeDirection, Interval

_MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a change: the plan's rank in the catalogue, how often it is paid, and how many seats."""

    rank: int
    interval: Interval
    quantity: int = 1


def direction_of(before: Side, after: Side) -> ChangeDirection:
    """The catalogue's order decides; of one plan the longer interval is up, then the higher number of seats.

    The plan comes first: who goes to a lower plan loses features, however long they pay ahead.
    """
    steps = (
        after.rank - before.rank,
        _MONTHS[after.interval] - _MONTHS[before.interval],
        after.quantity - before.quantity,
    )
    step = next((step for step in steps if step), 0)
    if step == 0:
        return ChangeDirection.SAME
    return ChangeDirection.UP if step > 0 else ChangeDirection.DOWN


def behaviour_for(
    direction: ChangeDirection,
    *,
    changes_interval: bool,
    up: ChangeBehaviour,
    down: ChangeBehaviour,
    asked: ChangeBehaviour | None = None,
) -> ChangeBehaviour:
    """When the change happens: as asked for, else by direction. `up` and `down` are the settings.

    A change of interval cannot wait for the next invoice: Stripe begins a new cycle and bills at once
    (https://docs.stripe.com/billing/subscriptions/prorations, read 2026-07).
    """
    chosen = asked or (down if direction == ChangeDirection.DOWN else up)
    if changes_interval and chosen == ChangeBehaviour.NOW_NEXT_INVOICE:
        return ChangeBehaviour.NOW_INVOICE
    return chosen
