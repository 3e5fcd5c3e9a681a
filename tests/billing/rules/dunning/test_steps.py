"""What follows a decline: the next try's moment, the customer, or the end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing.rules.dunning.facts import AskCustomer, Close, Decline, LocalWindow, RetryAt, Step
from billing.rules.dunning.judge import judge
from billing.rules.dunning.policy import STANDARD_BODY
from billing.rules.dunning.steps import next_step
from tests.billing.rules.dunning.cases import NOON, ON_PAYDAYS, card, case, policy

DAY = timedelta(days=1)
WHOLE_DAY = LocalWindow(0, 1440)


def step(
    decline: str | Decline, *, now: datetime = NOON, body: Any = None, history: Any = None, **facts: Any
) -> Step:
    verdict = judge(Decline(decline) if isinstance(decline, str) else decline)
    rules = policy(body or STANDARD_BODY)
    return next_step(case(**facts), verdict, history=history or card(NOON), policy=rules, now=now)


def morning(day: int, hour: int = 6, month: int = 3) -> RetryAt:
    return RetryAt(datetime(2026, month, day, hour, tzinfo=UTC))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("insufficient_funds", [6, 6, 6, 6, 6, 6]),
        ("do_not_honor", [5, 8, 8, 8]),
        ("no_action_taken", [4, 6, 6]),
        ("processing_error", [3, 3, 4, 4]),
        ("card_velocity_exceeded", [4, 4, 4, 4]),
        ("expired_card", [10]),
        ("previously_declined_do_not_retry", [6]),
        ("low_probability_of_authorization", [6]),
        ("code_of_next_year", [6]),
    ],
)
def test_each_retry_has_its_wait_and_then_the_budget_is_spent(code: str, expected: list[int]) -> None:
    found = [step(code, retries=number, retries_of_class=number) for number in range(len(expected) + 1)]

    assert found == [*map(morning, expected), AskCustomer("budget")]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("authentication_required", AskCustomer("needs_customer")),
        ("incorrect_cvc", AskCustomer("needs_customer")),
        ("invalid_account", AskCustomer("blocked")),
        ("stolen_card", AskCustomer("blocked")),
        ("duplicate_transaction", AskCustomer("staff")),
        ("live_mode_test_card", AskCustomer("staff")),
        ("revocation_of_authorization", Close("mandate")),
    ],
)
def test_what_is_not_retried(code: str, expected: Step) -> None:
    assert step(code) == expected


def test_a_mandate_that_was_taken_back_closes_whatever_else_is_so() -> None:
    ended = Decline("insufficient_funds", card_brand="visa", network_decline_code="R1")

    assert step(ended, now=NOON + 30 * DAY, history=card(is_blocked=True)) == Close("mandate")


def test_a_card_that_was_blocked_before_is_not_retried() -> None:
    assert step("processing_error", history=card(is_blocked=True)) == AskCustomer("blocked")


def test_the_policys_budget_counts_all_classes() -> None:
    assert step("insufficient_funds", retries=6, retries_of_class=0) == AskCustomer("budget")
    assert step("insufficient_funds", retries=5, retries_of_class=0) == morning(6)


def test_the_deadline_ends_it() -> None:
    assert step("insufficient_funds", now=NOON + 21 * DAY) == Close("deadline")
    assert step("insufficient_funds", now=NOON + 21 * DAY - timedelta(seconds=1)) == AskCustomer("deadline")


def test_a_slot_behind_the_deadline_is_none() -> None:
    slot = morning(6)
    assert isinstance(slot, RetryAt)

    assert step("insufficient_funds", deadline_at=slot.at + timedelta(seconds=1)) == slot
    assert step("insufficient_funds", deadline_at=slot.at) == AskCustomer("deadline")


@pytest.mark.parametrize(
    ("advice", "expected"), [("24", 3), ("25", 4), ("26", 5), ("27", 7), ("28", 9), ("29", 11), ("30", 13)]
)
def test_a_wait_that_mastercard_orders_is_kept(advice: str, expected: int) -> None:
    decline = Decline("processing_error", card_brand="mastercard", network_advice_code=advice)

    assert step(decline, history=card(NOON, brand="mastercard")) == morning(expected)


def test_a_policy_may_wait_longer_but_not_less_than_the_table_and_the_network() -> None:
    body = STANDARD_BODY | {"slots": {"soft": [24, 240]}}
    longer = STANDARD_BODY | {"min_gap_hours": 100}

    assert step("do_not_honor", body=body) == morning(5)
    assert step("do_not_honor", body=body, retries_of_class=1) == morning(13)
    assert step("do_not_honor", body=body, retries_of_class=3) == morning(13)
    assert step("withdrawal_count_limit_exceeded", body=body) == morning(4)
    assert step("processing_error", body=longer) == morning(7)


def test_after_days_without_a_worker_the_next_slot_is_the_next_in_the_window() -> None:
    late = NOON + 9 * DAY

    assert step("insufficient_funds", now=late) == morning(12)
    assert step("insufficient_funds", now=datetime(2026, 3, 12, 7, 30, 20, tzinfo=UTC)) == RetryAt(
        datetime(2026, 3, 12, 7, 31, tzinfo=UTC)
    )


def test_a_limit_moves_the_try() -> None:
    night = datetime(2026, 3, 3, tzinfo=UTC)
    seven = card(*(night + number * timedelta(minutes=30) for number in range(7)))

    assert step("processing_error", history=card(*[each.at for each in seven.tries[:6]])) == morning(3)
    assert step("processing_error", history=seven) == morning(4)


def test_a_limit_that_lasts_beyond_the_deadline_leaves_it_to_the_customer() -> None:
    history = card(*(NOON - number * DAY / 2 for number in range(15)))

    assert step("processing_error", history=history) == AskCustomer("limit")


def test_a_slot_keeps_to_the_customers_morning() -> None:
    assert step("insufficient_funds", time_zone="Asia/Tokyo") == morning(5, 21)
    assert step("insufficient_funds", time_zone="America/Los_Angeles") == morning(5, 14)


def test_a_card_over_its_daily_sum_waits_for_a_new_day_of_its_bank() -> None:
    rules = policy(STANDARD_BODY, window=WHOLE_DAY)
    verdict = judge(Decline("card_velocity_exceeded"))
    # Back in Berlin on 25 October: 24 hours after 00:10 it is still the same day.
    tried_at = datetime(2026, 10, 24, 22, 10, tzinfo=UTC)
    facts = case(time_zone="Europe/Berlin", last_try_at=tried_at, deadline_at=tried_at + 21 * DAY)

    found = next_step(facts, verdict, history=card(tried_at), policy=rules, now=tried_at)

    assert found == RetryAt(datetime(2026, 10, 25, 23, 0, tzinfo=UTC))


def test_a_night_that_is_over_is_not_waited_for_again() -> None:
    tried_at = datetime(2026, 3, 2, 6, 10, tzinfo=UTC)

    found = step("card_velocity_exceeded", now=tried_at, last_try_at=tried_at, history=card(tried_at))

    assert found == RetryAt(datetime(2026, 3, 3, 6, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    ("tried_on", "expected"),
    [
        ("2026-03-10", RetryAt(datetime(2026, 3, 15, 6, tzinfo=UTC))),  # The 15th is a payday.
        ("2026-03-12", RetryAt(datetime(2026, 3, 19, 6, tzinfo=UTC))),  # It comes too soon; the 31st, too late.
        ("2026-03-02", RetryAt(datetime(2026, 3, 9, 6, tzinfo=UTC))),
        ("2026-03-26", RetryAt(datetime(2026, 3, 31, 6, tzinfo=UTC))),
        ("2026-02-23", RetryAt(datetime(2026, 2, 27, 6, tzinfo=UTC))),
    ],
)
def test_funds_are_looked_for_on_a_payday_within_a_week_or_on_its_last_morning(tried_on: str, expected: Step) -> None:
    tried_at = datetime.fromisoformat(f"{tried_on}T12:00:00+00:00")

    found = step(
        "insufficient_funds", body=ON_PAYDAYS, now=tried_at, last_try_at=tried_at, deadline_at=NOON + 60 * DAY
    )

    assert found == expected


def test_a_payday_is_not_waited_for_where_the_longest_wait_is_over_already() -> None:
    late = datetime(2026, 3, 16, 12, tzinfo=UTC)

    assert step("insufficient_funds", body=ON_PAYDAYS, now=late) == morning(17)
