"""The last look before a try is sent: what binds everybody, and what binds the schedule alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing.rules.dunning.facts import Decline
from billing.rules.dunning.judge import judge
from billing.rules.dunning.steps import may_send
from billing.terms import AttemptTrigger
from tests.billing.rules.dunning.cases import NOON, card, case, policy

SCHEDULE, NEW_CARD, UPDATED, STAFF = (
    AttemptTrigger.SCHEDULE,
    AttemptTrigger.NEW_CARD,
    AttemptTrigger.CARD_UPDATED,
    AttemptTrigger.STAFF,
)
MORNING = datetime(2026, 3, 6, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
FUNDS = Decline("insufficient_funds")


def word(
    trigger: AttemptTrigger | None,
    *,
    now: datetime = MORNING,
    decline: Decline | None = FUNDS,
    history: Any = None,
    **facts: Any,
) -> str:
    return may_send(
        case(**facts),
        history=history or card(NOON),
        policy=policy(min_gap=24 * HOUR),
        now=now,
        trigger=trigger,
        verdict=judge(decline) if decline else None,
    )


@pytest.mark.parametrize("trigger", [*AttemptTrigger, None])
def test_nothing_stands_against_a_try_in_its_slot(trigger: AttemptTrigger | None) -> None:
    assert word(trigger) == ""


@pytest.mark.parametrize("trigger", [*AttemptTrigger, None])
def test_a_blocked_card_is_sent_by_nobody(trigger: AttemptTrigger | None) -> None:
    assert word(trigger, history=card(is_blocked=True)) == "blocked"
    assert word(trigger, decline=Decline("stolen_card")) == "blocked"


@pytest.mark.parametrize("trigger", [*AttemptTrigger, None])
def test_the_limits_bind_everybody(trigger: AttemptTrigger | None) -> None:
    seven = card(*(MORNING - number * HOUR for number in range(7)))

    assert word(trigger, history=seven) == "limit"


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [(SCHEDULE, "deadline"), (STAFF, "deadline"), (None, "deadline"), (NEW_CARD, ""), (UPDATED, "")],
)
def test_only_a_card_of_the_customer_comes_after_the_deadline(trigger: AttemptTrigger, expected: str) -> None:
    assert word(trigger, deadline_at=MORNING) == expected
    assert word(trigger, deadline_at=MORNING + timedelta(seconds=1)) == ""


@pytest.mark.parametrize(
    ("trigger", "expected"), [(SCHEDULE, "wait"), (STAFF, "wait"), (None, "wait"), (NEW_CARD, ""), (UPDATED, "")]
)
def test_a_wait_of_the_network_binds_all_but_another_card(trigger: AttemptTrigger, expected: str) -> None:
    ordered = Decline("processing_error", card_brand="mastercard", network_advice_code="28")
    last = MORNING - 144 * HOUR

    assert word(trigger, decline=ordered, last_try_at=last + timedelta(seconds=1)) == expected
    assert word(trigger, decline=ordered, last_try_at=last) == ""


@pytest.mark.parametrize(
    ("trigger", "expected"), [(SCHEDULE, "wait"), (STAFF, ""), (None, ""), (NEW_CARD, ""), (UPDATED, "")]
)
def test_the_policys_gap_binds_the_schedule(trigger: AttemptTrigger, expected: str) -> None:
    assert word(trigger, last_try_at=MORNING - 23 * HOUR) == expected
    assert word(trigger, last_try_at=MORNING - 24 * HOUR) == ""


@pytest.mark.parametrize(
    ("trigger", "expected"), [(SCHEDULE, "window"), (STAFF, ""), (None, ""), (NEW_CARD, ""), (UPDATED, "")]
)
def test_the_customers_hours_bind_the_schedule(trigger: AttemptTrigger, expected: str) -> None:
    assert word(trigger, now=MORNING + 3 * HOUR) == expected


@pytest.mark.parametrize(
    ("trigger", "expected"), [(SCHEDULE, "budget"), (STAFF, ""), (None, ""), (NEW_CARD, ""), (UPDATED, "")]
)
def test_the_budget_of_retries_binds_the_schedule(trigger: AttemptTrigger, expected: str) -> None:
    assert word(trigger, retries=6) == expected
    assert word(trigger, retries_of_class=6) == expected
    assert word(trigger, retries=5, retries_of_class=5) == ""


@pytest.mark.parametrize(
    ("trigger", "expected"), [(SCHEDULE, ""), (STAFF, ""), (None, ""), (NEW_CARD, "budget"), (UPDATED, "budget")]
)
def test_new_cards_have_a_budget_of_their_own(trigger: AttemptTrigger, expected: str) -> None:
    assert word(trigger, customer_retries=5) == expected
    assert word(trigger, customer_retries=4) == ""


def test_a_card_without_a_decline_waits_for_nothing() -> None:
    assert word(NEW_CARD, decline=None, now=MORNING + 5 * HOUR, last_try_at=MORNING + 5 * HOUR) == ""
