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
    is_trial: bool = False,
) -> ChangeBehaviour:
    """When the change happens: as asked for, else by direction. `up` and `down` are the settings.

    During a trial it happens at once, also downwards: nothing was paid, so there is nothing to give back. A change of
    interval cannot wait for the next invoice: Stripe begins a new cycle and bills at once
    (https://docs.stripe.com/billing/subscriptions/prorations, read 2026-07).
    """
    if is_trial:
        return ChangeBehaviour.PERIOD_END if asked == ChangeBehaviour.PERIOD_END else ChangeBehaviour.NOW_INVOICE
    chosen = asked or (down if direction == ChangeDirection.DOWN else up)
    if changes_interval and chosen == ChangeBehaviour.NOW_NEXT_INVOICE:
        return ChangeBehaviour.NOW_INVOICE
    return chosen


@dataclass(frozen=True, slots=True)
class ChangeTerms:
    """How Stripe is asked for a change, spelled as Stripe spells it. `bills_now`: it makes an invoice in the call.

    Where `is_prorated`, the proration date of the preview is sent, too; otherwise Stripe refuses one.
    """

    proration_behavior: str
    payment_behavior: str
    bills_now: bool
    begins_new_cycle: bool = False

    @property
    def is_prorated(self) -> bool:
        return self.proration_behavior != "none"


def terms_for(behaviour: ChangeBehaviour, *, is_trial: bool, can_wait: bool) -> ChangeTerms:
    """A change that is billed at once takes effect only when it is paid, wherever Stripe can hold it back:
    `can_wait` is false for mailed invoices and bank debits. A trial keeps its end and is billed nothing.

    https://docs.stripe.com/billing/subscriptions/pending-updates-reference, read 2026-11.
    """
    if is_trial or behaviour == ChangeBehaviour.PERIOD_END:
        return ChangeTerms("none", "allow_incomplete", bills_now=False)
    if behaviour == ChangeBehaviour.NOW_NEXT_INVOICE:
        return ChangeTerms("create_prorations", "allow_incomplete", bills_now=False)
    return ChangeTerms(
        "always_invoice",
        "pending_if_incomplete" if can_wait else "allow_incomplete",
        bills_now=True,
        begins_new_cycle=behaviour == ChangeBehaviour.RESET_CYCLE,
    )


def balance_after(*, starting_balance_minor: int, total_minor: int, amount_due_minor: int) -> int:
    """The customer's balance once an invoice has used it, signed as Stripe does: below zero is credit."""
    return starting_balance_minor + total_minor - amount_due_minor


def due_with(balance_minor: int, *, total_minor: int) -> int:
    """What an invoice of `total_minor` asks for when it meets this balance; never below zero."""
    return max(total_minor + balance_minor, 0)
