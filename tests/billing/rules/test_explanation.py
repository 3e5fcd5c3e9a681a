"""Why, at any past moment: the explanation is the decision that was made then, for a thousand random lives."""

from random import Random

import pytest

from billing.rules.access_facts import known_at
from billing.rules.entitlement import GraceTerms
from billing.rules.explanation import Explanation, Link, explain_access
from tests.billing.entitlement_histories import FEATURES, Decision, History

HISTORIES = 1_000
STEPS = 24


def explained(history: History, decision: Decision, feature: str) -> Explanation:
    known = known_at(history.facts, decision.at, through=decision.through)
    return explain_access(known, feature=feature, at=decision.at, terms=GraceTerms(99))


@pytest.mark.parametrize("block", range(10))
def test_explain_equals_the_decision_of_then_for_a_thousand_histories(block: int) -> None:
    size = HISTORIES // 10
    for seed in range(block * size, (block + 1) * size):
        history = History(Random(seed)).play(STEPS)
        for number, decision in enumerate(history.decisions):
            feature = FEATURES[number % len(FEATURES)]
            answer = explained(history, decision, feature)
            assert answer.access == decision.access, f"seed {seed}, decision {number}"
            assert answer.is_allowed == decision.access.has(feature)
            assert answer.reasons[-1].sentence.startswith("Yes" if answer.is_allowed else "No")


def test_the_histories_are_no_idle_ones() -> None:
    """Every reason for access is met, and grants and read-only days with it."""
    decisions = [one for seed in range(100) for one in History(Random(seed)).play(STEPS).decisions]

    reasons = {one.access.reason.value for one in decisions}
    assert reasons == {"subscription", "trial", "local_trial", "grace", "cancelling", "comp", "free"}
    assert any(one.access.is_read_only for one in decisions)
    assert any(one.access.override_ids for one in decisions)


def test_a_later_fact_changes_no_earlier_answer() -> None:
    history = History(Random(7)).play(STEPS)
    first = history.decisions[0]
    before = explained(history, first, "projects")

    history.play(STEPS)

    assert explained(history, first, "projects") == before


def test_every_link_but_the_answer_rests_on_a_recorded_fact() -> None:
    for seed in range(50):
        history = History(Random(seed)).play(STEPS)
        for decision in history.decisions:
            *chain, answer = explained(history, decision, "projects").reasons
            assert answer.link == Link.ANSWER
            assert chain
            assert all(reason.fact in history.facts for reason in chain)
            assert all(reason.fact.business_at <= decision.at for reason in chain if reason.fact)
