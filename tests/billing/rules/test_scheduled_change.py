"""What has become of a change that waits for its period's end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.catalogue import SeatTerms
from billing.rules.scheduled_change import STATE_AFTER, Planned, Present, Verdict, followed_quantity, judge
from billing.terms import UNFINISHED_CHANGE_STATES, ReleaseReason

DAY = timedelta(days=1)
ENDS = datetime(2026, 12, 14, 9, 0, tzinfo=UTC)
BEGAN = ENDS - 30 * DAY
PLANNED = Planned("price_high", 3, "price_low", 3, ENDS)
SEATS_ONLY = Planned("price_high", 3, "price_high", 2, ENDS)


def present(**changed) -> Present:
    values = {"status": "active", "price_id": "price_high", "quantity": 3, "period_start": BEGAN, "period_end": ENDS}
    return Present(**{**values, **changed})


RENEWED = {"price_id": "price_low", "period_start": ENDS, "period_end": ENDS + 30 * DAY}
CASES = [
    ("nothing happened", PLANNED, present(), -DAY, Verdict.WAITS),
    ("seats were added", PLANNED, present(quantity=4), -DAY, Verdict.FOLLOWS),
    ("the trial was made longer", PLANNED, present(period_end=ENDS + 7 * DAY), -DAY, Verdict.FOLLOWS),
    ("the renewal brought the price", PLANNED, present(**RENEWED), DAY, Verdict.LANDED),
    ("the price is there, the period not yet", PLANNED, present(price_id="price_low"), DAY, Verdict.LANDED),
    ("the dashboard brought it early", PLANNED, present(price_id="price_low"), -DAY, Verdict.LANDED),
    ("the renewal was not paid", PLANNED, present(**RENEWED, status="past_due"), DAY, Verdict.LANDED),
    ("another price was set", PLANNED, present(price_id="price_other"), -DAY, Verdict.OVERTAKEN),
    ("an invoice is open", PLANNED, present(status="past_due"), -DAY, Verdict.PAST_DUE),
    ("an invoice was given up", PLANNED, present(status="unpaid"), -DAY, Verdict.PAST_DUE),
    ("it ended", PLANNED, present(status="canceled"), -DAY, Verdict.ENDED),
    ("it ended on the day", PLANNED, present(status="canceled", price_id="price_low"), DAY, Verdict.ENDED),
    ("the day came, the news did not", PLANNED, present(), timedelta(hours=3), Verdict.WAITS),
    ("the day passed without it", PLANNED, present(), 2 * DAY, Verdict.MISSED),
    ("only seats, before", SEATS_ONLY, present(), -DAY, Verdict.WAITS),
    ("only seats, after", SEATS_ONLY, present(period_start=ENDS, quantity=2), DAY, Verdict.LANDED),
]


@pytest.mark.parametrize(("planned", "now", "expected", "facts"), [(p, at, v, f) for _, p, f, at, v in CASES],
                         ids=[name for name, *_ in CASES])  # fmt: skip
def test_the_subscription_says_what_became_of_it(planned, now, expected, facts) -> None:
    assert judge(planned, facts, now=ENDS + now) == expected


def test_every_reason_to_let_go_ends_a_change() -> None:
    assert set(STATE_AFTER) == set(ReleaseReason)
    assert not set(STATE_AFTER.values()) & set(UNFINISHED_CHANGE_STATES)


@given(before=st.integers(1, 50), planned=st.integers(1, 50), after=st.integers(1, 50))
def test_the_difference_of_seats_goes_along_and_one_seat_stays(before: int, planned: int, after: int) -> None:
    found = followed_quantity(Planned("a", before, "b", planned, ENDS), quantity=after)

    assert found == max(1, planned + after - before)


def test_the_range_of_the_new_plan_holds() -> None:
    terms = SeatTerms(2, 5)

    found = [followed_quantity(PLANNED, quantity=seats, before=terms, after=terms) for seats in (1, 4, 20)]

    assert found == [2, 4, 5]
