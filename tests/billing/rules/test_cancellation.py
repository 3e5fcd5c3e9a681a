"""What a wish to leave may say, on which days a plan may end, and what becomes of what is owed."""

from datetime import UTC, date, datetime

import pytest

from billing.errors import InvalidInput
from billing.rules.cancellation import check_feedback, end_on, ends_now_by_default, voids_what_is_owed
from billing.terms import LifecycleState

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PERIOD_END = datetime(2026, 12, 14, 9, 30, 15, tzinfo=UTC)


def test_a_plan_ends_at_the_hour_at_which_its_periods_end() -> None:
    assert end_on(date(2026, 12, 14), period_end=PERIOD_END, now=NOW) == PERIOD_END
    assert end_on(date(2026, 11, 22), period_end=PERIOD_END, now=NOW) == datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 1, 1), date(2027, 11, 23)])
def test_today_the_past_and_more_than_a_year_ahead_are_refused(day: date) -> None:
    with pytest.raises(InvalidInput) as refused:
        end_on(day, period_end=PERIOD_END, now=NOW)

    assert refused.value.details["field"] == "ends_on"


@pytest.mark.parametrize(("reason", "comment"), [("", ""), ("unused", "x" * 500)])
def test_a_reason_of_the_list_or_none_will_do(reason: str, comment: str) -> None:
    check_feedback(reason=reason, comment=comment)


@pytest.mark.parametrize(("reason", "comment", "field"), [("spite", "", "reason"), ("", "x" * 501, "comment")])
def test_other_words_are_refused_by_their_field(reason: str, comment: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_feedback(reason=reason, comment=comment)

    assert refused.value.details["field"] == field


def test_where_nothing_is_paid_leaving_means_now_and_what_is_owed_is_given_up() -> None:
    now = {state.value for state in LifecycleState if ends_now_by_default(state)}
    voided = {state.value for state in LifecycleState if voids_what_is_owed(state)}

    assert now == {"incomplete", "past_due", "unpaid", "paused"}
    assert voided == {"incomplete", "past_due", "unpaid"}
