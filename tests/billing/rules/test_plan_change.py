"""Up or down, now or later: a table of cases."""

import pytest

from billing.rules.plan_change import Side, behaviour_for, direction_of
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
