"""How many seats: needed, refused, followed, and paid for; tables and properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import BillingError, SeatsAboveMaximum
from billing.rules.catalogue import SeatTerms
from billing.rules.seats import (
    People,
    SeatPolicy,
    SeatSteps,
    SeatSync,
    check_quantity,
    policy_for_person,
    policy_for_team,
    quantity_after_change,
    quantity_for,
    quantity_to_follow,
    steps_to,
)
from billing.terms import ChangeBehaviour, Interval

TERMS = SeatTerms(minimum=5, maximum=20)


@pytest.mark.parametrize(("counts_invited", "used"), [(False, 3), (True, 5)])
def test_invitations_take_a_seat_only_by_setting(counts_invited: bool, used: int) -> None:
    assert People(members=3, invited=2, counts_invited=counts_invited).used == used


@pytest.mark.parametrize(("terms", "used", "quantity"), [(None, 7, 1), (TERMS, 1, 5), (TERMS, 7, 7), (TERMS, 20, 20)])
def test_a_plan_is_bought_for_the_people_who_are_there(terms: SeatTerms | None, used: int, quantity: int) -> None:
    assert quantity_for(terms, used=used) == quantity


def test_a_plan_that_is_too_small_for_the_team_is_refused() -> None:
    with pytest.raises(SeatsAboveMaximum, match="20 seats at most, and 21 people"):
        quantity_for(TERMS, used=21)


@pytest.mark.parametrize(
    ("before", "after", "billed", "used", "expected"),
    [
        (TERMS, None, 9, 4, 1),
        (None, TERMS, 1, 4, 5),
        (None, TERMS, 1, 9, 9),
        (TERMS, SeatTerms(minimum=2, maximum=8), 9, 4, 8),
        (TERMS, SeatTerms(minimum=12, maximum=50), 9, 4, 12),
        (TERMS, SeatTerms(minimum=2, maximum=50), 9, 4, 9),
        (None, None, 3, 4, 3),
    ],
)
def test_another_plan_is_billed_for_the_seats_that_it_has(
    before: SeatTerms | None, after: SeatTerms | None, billed: int, used: int, expected: int
) -> None:
    assert quantity_after_change(before, after, billed=billed, used=used) == expected


@pytest.mark.parametrize(
    ("terms", "quantity", "used", "code"),
    [
        (TERMS, 4, 1, "seats_below_minimum"),
        (TERMS, 7, 8, "seats_below_used"),
        (TERMS, 4, 6, "seats_below_used"),
        (TERMS, 21, 1, "seats_above_maximum"),
        (SeatTerms(minimum=1, maximum=20), 0, 0, "seats_below_minimum"),
        (TERMS, 5, 1, ""),
        (TERMS, 20, 20, ""),
        (None, 2, 1, "not_per_seat"),
        (None, 1, 9, ""),
    ],
)
def test_a_number_of_seats_is_refused_with_its_reason(
    terms: SeatTerms | None, quantity: int, used: int, code: str
) -> None:
    refused = ""
    try:
        check_quantity(terms, quantity=quantity, used=used)
    except BillingError as error:
        refused = error.code

    assert refused == code


@pytest.mark.parametrize(
    ("paid", "used", "sync", "expected"),
    [
        (5, 6, SeatSync.OFF, 5),
        (5, 6, SeatSync.UP, 6),
        (5, 6, SeatSync.BOTH, 6),
        (9, 6, SeatSync.UP, 9),
        (9, 6, SeatSync.BOTH, 6),
        (9, 1, SeatSync.BOTH, 5),
        (9, 99, SeatSync.UP, 20),
        (3, 1, SeatSync.UP, 5),
    ],
)
def test_seats_follow_the_people_as_the_setting_says(paid: int, used: int, sync: SeatSync, expected: int) -> None:
    assert quantity_to_follow(TERMS, paid=paid, used=used, sync=sync) == expected


NEXT, AT_ONCE, END = ChangeBehaviour.NOW_NEXT_INVOICE, ChangeBehaviour.NOW_INVOICE, ChangeBehaviour.PERIOD_END
POOLED = SeatPolicy(up=NEXT, down=END)
WITH_CREDIT = SeatPolicy(up=NEXT, down=NEXT)


@pytest.mark.parametrize(
    ("quantity", "billed", "held", "expected"),
    [
        (12, 10, 10, SeatSteps(charged=12, final=12, held=12, behaviour=NEXT)),
        (8, 10, 10, SeatSteps(charged=10, final=8, held=10, behaviour=END)),
        (10, 8, 10, SeatSteps(charged=8, final=10, held=10, behaviour=END)),
        (9, 8, 10, SeatSteps(charged=8, final=9, held=10, behaviour=END)),
        (12, 8, 10, SeatSteps(charged=10, final=12, held=12, behaviour=NEXT)),
        (7, 8, 10, SeatSteps(charged=8, final=7, held=10, behaviour=END)),
    ],
)
def test_seats_that_are_still_paid_come_back_for_nothing(
    quantity: int, billed: int, held: int, expected: SeatSteps
) -> None:
    assert steps_to(quantity, billed=billed, held=held, is_trial=False, policy=POOLED) == expected


@pytest.mark.parametrize("quantity", [8, 12])
def test_in_a_trial_nothing_is_charged_for(quantity: int) -> None:
    steps = steps_to(quantity, billed=10, held=10, is_trial=True, policy=WITH_CREDIT)

    assert steps == SeatSteps(charged=10, final=quantity, held=quantity, behaviour=END)


def test_by_setting_fewer_seats_give_credit() -> None:
    steps = steps_to(8, billed=10, held=10, is_trial=False, policy=WITH_CREDIT)

    assert steps == SeatSteps(charged=8, final=8, held=8, behaviour=NEXT)


@given(st.lists(st.integers(min_value=1, max_value=50), min_size=1, max_size=12))
def test_within_a_period_no_seat_is_charged_for_twice(quantities: list[int]) -> None:
    billed = held = first = quantities[0]
    charged = 0
    for quantity in quantities[1:]:
        steps = steps_to(quantity, billed=billed, held=held, is_trial=False, policy=POOLED)
        charged += steps.charged - billed
        billed, held = steps.final, steps.held

    assert charged == max(quantities) - first


@pytest.mark.parametrize(
    ("interval", "up", "expected"), [("month", NEXT, NEXT), ("year", NEXT, AT_ONCE), ("year", AT_ONCE, AT_ONCE)]
)
def test_nobodys_choice_waits_a_year_for_its_invoice(
    interval: str, up: ChangeBehaviour, expected: ChangeBehaviour
) -> None:
    assert policy_for_person(SeatPolicy(up=up, down=END), interval=Interval(interval)).up == expected


def test_what_follows_the_team_is_pooled() -> None:
    assert policy_for_team(SeatPolicy(up=AT_ONCE, down=NEXT)) == SeatPolicy(up=NEXT, down=NEXT)
