"""What may be done in which state: the table in the documents is the table in the code, cell by cell."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from billing.errors import BillingError
from billing.rules.actions import REFUSALS, SubscriptionState, allows, require, state_of
from billing.terms import LifecycleState, SubscriptionAction, SubscriptionStatus

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(days=3), NOW - timedelta(days=3)
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "lifecycle.md"


def documented() -> dict[tuple[str, str], str]:
    """Each cell of the document's tables by action and state."""
    cells: dict[tuple[str, str], str] = {}
    states: list[str] = []
    for line in DOCUMENT.read_text().splitlines():
        words = re.findall(r"`([a-z_]+)`|(yes)", line)
        if line.startswith("| state "):
            actions = re.findall(r"`([a-z_]+)`", line)
        elif line.startswith("| `"):
            state, *answers = [code or yes for code, yes in words]
            states.append(state)
            cells |= {(action, state): answer for action, answer in zip(actions, answers, strict=True)}
    return cells


CELLS = [(action, state) for action in SubscriptionAction for state in LifecycleState]


def test_the_document_has_every_cell_and_no_other() -> None:
    assert set(documented()) == {(action.value, state.value) for action, state in CELLS}


@pytest.mark.parametrize(("action", "state"), CELLS)
def test_a_cell_answers_as_documented(action: SubscriptionAction, state: LifecycleState) -> None:
    expected = documented()[action.value, state.value]

    try:
        require(action, state)
        answer = "yes"
    except BillingError as refusal:
        answer = refusal.code

    assert answer == expected
    assert allows(action, state) == (expected == "yes")


def test_every_action_is_possible_in_some_state_and_refused_in_another() -> None:
    for action in SubscriptionAction:
        assert 0 < len(REFUSALS[action]) < len(LifecycleState)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (SubscriptionState(), "none"),
        (SubscriptionState(has_local_trial=True), "local_trial"),
        (SubscriptionState("canceled"), "ended"),
        (SubscriptionState("canceled", has_local_trial=True), "local_trial"),
        (SubscriptionState("incomplete_expired"), "ended"),
        (SubscriptionState("incomplete"), "incomplete"),
        (SubscriptionState("trialing"), "trialing"),
        (SubscriptionState("trialing", cancel_at=LATER), "trial_cancelling"),
        (SubscriptionState("active"), "active"),
        (SubscriptionState("active", cancel_at=LATER), "cancelling"),
        (SubscriptionState("active", cancel_at=EARLIER), "ended"),
        (SubscriptionState("active", cancel_at=NOW), "ended"),
        (SubscriptionState("active", is_collection_paused=True), "collection_paused"),
        (SubscriptionState("active", cancel_at=LATER, is_collection_paused=True), "cancelling"),
        (SubscriptionState("active", has_scheduled_change=True), "change_scheduled"),
        (SubscriptionState("active", has_unpaid_change=True), "change_unpaid"),
        (SubscriptionState("past_due", has_unpaid_change=True, cancel_at=LATER), "past_due"),
        (SubscriptionState("past_due", is_collection_paused=True), "past_due"),
        (SubscriptionState("unpaid"), "unpaid"),
        (SubscriptionState("paused"), "paused"),
    ],
)
def test_the_gravest_state_holds(facts: SubscriptionState, expected: str) -> None:
    assert state_of(facts, now=NOW) == expected


@pytest.mark.parametrize("status", SubscriptionStatus)
def test_every_status_of_stripe_has_a_state(status: SubscriptionStatus) -> None:
    assert state_of(SubscriptionState(status.value), now=NOW) in LifecycleState
