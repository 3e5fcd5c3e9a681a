"""Up or down, now or later: a table of cases."""

import pytest

from billing.rules.plan_change import Side, balance_after, behaviour_for, direction_of, due_with, terms_for
from billing.terms import ChangeBehaviour, ChangeDirection, Interval

MONTH, YEAR = Interval.MONTH, Interval.YEAR
UP, DOWN = ChangeBehaviour.NOW_INVOICE, ChangeBehaviour.PERIOD_END


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Side(1, MONTH), Side(2, MONTH), "up"),
        (Side(2, MONTH), Side(1, MONTH), "down"),
        (Side(1, MONTH), Side(1, YEAR), "up"),
        (Side(1, YEAR), Side(1, MONTH), "down"),
        (Side(1, YEAR), Side(2, MONTH), "up"),
        (Side(2, MONTH), Side(1, YEAR), "down"),
        (Side(1, MONTH, 3), Side(1, MONTH, 5), "up"),
        (Side(1, MONTH, 5), Side(1, MONTH, 3), "down"),
        (Side(1, MONTH, 5), Side(2, MONTH, 3), "up"),
        (Side(1, MONTH), Side(1, MONTH), "same"),
    ],
)
def test_direction(before: Side, after: Side, expected: str) -> None:
    assert direction_of(before, after) == expected


@pytest.mark.parametrize(
    ("direction", "changes_interval", "asked", "expected"),
    [
        (ChangeDirection.UP, False, None, UP),
        (ChangeDirection.DOWN, False, None, DOWN),
        (ChangeDirection.SAME, False, None, UP),
        (ChangeDirection.DOWN, False, ChangeBehaviour.NOW_INVOICE, ChangeBehaviour.NOW_INVOICE),
        (ChangeDirection.UP, False, ChangeBehaviour.NOW_NEXT_INVOICE, ChangeBehaviour.NOW_NEXT_INVOICE),
        (ChangeDirection.UP, True, ChangeBehaviour.NOW_NEXT_INVOICE, ChangeBehaviour.NOW_INVOICE),
        (ChangeDirection.UP, True, ChangeBehaviour.PERIOD_END, ChangeBehaviour.PERIOD_END),
        (ChangeDirection.UP, False, ChangeBehaviour.RESET_CYCLE, ChangeBehaviour.RESET_CYCLE),
    ],
)
def test_behaviour(
    direction: ChangeDirection, changes_interval: bool, asked: ChangeBehaviour | None, expected: ChangeBehaviour
) -> None:
    assert behaviour_for(direction, changes_interval=changes_interval, up=UP, down=DOWN, asked=asked) == expected


@pytest.mark.parametrize("direction", list(ChangeDirection))
def test_during_a_trial_a_change_happens_at_once_unless_its_end_is_asked_for(direction: ChangeDirection) -> None:
    def chosen(asked: ChangeBehaviour | None) -> ChangeBehaviour:
        return behaviour_for(direction, changes_interval=True, up=UP, down=DOWN, asked=asked, is_trial=True)

    assert chosen(None) == chosen(ChangeBehaviour.RESET_CYCLE) == ChangeBehaviour.NOW_INVOICE
    assert chosen(ChangeBehaviour.PERIOD_END) == ChangeBehaviour.PERIOD_END


@pytest.mark.parametrize(
    ("behaviour", "is_trial", "is_charged", "expected"),
    [
        ("now_invoice", False, True, ("always_invoice", "pending_if_incomplete", True, False)),
        ("now_invoice", False, False, ("always_invoice", "allow_incomplete", True, False)),
        ("now_invoice", True, True, ("none", "allow_incomplete", False, False)),
        ("now_next_invoice", False, True, ("create_prorations", "allow_incomplete", False, False)),
        ("period_end", False, True, ("none", "allow_incomplete", False, False)),
        ("reset_cycle", False, True, ("always_invoice", "pending_if_incomplete", True, True)),
    ],
)
def test_terms(behaviour: str, is_trial: bool, is_charged: bool, expected: tuple[str, str, bool, bool]) -> None:
    terms = terms_for(ChangeBehaviour(behaviour), is_trial=is_trial, can_wait=is_charged)

    assert (terms.proration_behavior, terms.payment_behavior, terms.bills_now, terms.begins_new_cycle) == expected


@pytest.mark.parametrize(
    ("starting", "total", "due", "left", "next_due"),
    [
        (0, 5000, 5000, 0, 10000),
        (-1250, 5000, 3750, 0, 10000),
        (-6000, 5000, 0, -1000, 9000),
        (0, -20000, 0, -20000, 0),
        (500, 5000, 5500, 0, 10000),
        (0, 30, 0, 30, 10030),  # Too small to be charged: it waits for the next invoice.
    ],
)
def test_what_an_invoice_leaves_of_the_balance(starting: int, total: int, due: int, left: int, next_due: int) -> None:
    balance = balance_after(starting_balance_minor=starting, total_minor=total, amount_due_minor=due)

    assert balance == left
    assert due_with(balance, total_minor=10000) == next_due
