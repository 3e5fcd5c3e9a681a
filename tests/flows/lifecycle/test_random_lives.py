"""Whatever people, staff, the bank and time do in whatever order: what was shown is billed, and access is right."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from billing.errors import BillingError
from billing.rules.actions import REFUSALS
from billing.terms import ChangeBehaviour, SubscriptionAction
from tests.flows.convergence.database import Snapshot
from tests.flows.lifecycle.life import CARDS, Life
from tests.flows.lifecycle.truths import faults_of
from tests.sandbox_fixture import Sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(7200)]
# The few of `make test` are always the same ones: what only chance finds is for the full run.
LIVES = int(os.environ.get("RANDOM_LIVES", "0"))
_FEW = 6

Action = SubscriptionAction
PRICES = st.integers(0, 3)
MOVES = st.one_of(
    st.tuples(st.just("change"), PRICES),
    st.tuples(st.just("change_later"), PRICES),
    st.tuples(st.just("undo_change"), st.none()),
    st.tuples(st.just("buy"), PRICES),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("use_card"), st.sampled_from(sorted(CARDS))),
    st.tuples(st.just("cancel_at_end"), st.none()),
    st.tuples(st.just("cancel_at"), st.integers(2, 80)),
    st.tuples(st.just("cancel_now"), st.none()),
    st.tuples(st.just("undo_cancel"), st.none()),
    st.tuples(st.just("pause"), st.integers(1, 3)),
    st.tuples(st.just("resume"), st.none()),
    st.tuples(st.just("seats"), st.integers(1, 6)),
    st.tuples(st.just("use_code"), st.none()),
    st.tuples(st.just("drop_discount"), st.none()),
)
OF_TABLE = {
    "change": Action.CHANGE_PLAN,
    "change_later": Action.CHANGE_PLAN,
    "undo_change": Action.UNDO_CHANGE,
    "seats": Action.CHANGE_SEATS,
    "buy": Action.SUBSCRIBE,
    "cancel_at_end": Action.CANCEL_AT_END,
    "cancel_at": Action.CANCEL_AT_DATE,
    "cancel_now": Action.CANCEL_NOW,
    "undo_cancel": Action.UNDO_CANCEL,
    "pause": Action.PAUSE,
    "resume": Action.RESUME,
    "use_code": Action.APPLY_DISCOUNT,
    "drop_discount": Action.REMOVE_DISCOUNT,
}
# What the table allows may still be refused for what was asked, such as the plan that one has, or by the bank.
OF_THE_MOMENT = {
    "change": {"nothing_to_change", "card_declined"},
    "change_later": {"nothing_to_change"},
    "seats": {"nothing_to_change", "card_declined"},
    # A code that runs for months takes nothing off a year that begins later.
    "use_code": {"discount_running", "promotion_code_used", "promotion_code_not_for_plan"},
    "drop_discount": {"no_discount"},
    "undo_cancel": {"nothing_to_undo"},
    "resume": {"card_declined", "payment_method_missing"},
}


# These change no sum of a renewal; a change that is planned notes by itself that nothing has come since.
CHANGES_NO_SUM = {"wait", "use_card", "change", "change_later"}


@pytest.fixture
def nothing(transactional_db: None) -> Snapshot:
    """The database as each life finds it."""
    return Snapshot()


@settings(
    max_examples=LIVES or _FEW,
    derandomize=not LIVES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
# Another plan at once, in a trial, while a change is planned and a discount runs: chance found it once.
@example(first=3, moves=[("change_later", 1), ("use_code", None), ("change", 0)])
@given(first=PRICES, moves=st.lists(MOVES, min_size=4, max_size=10))
def test_every_life_keeps_the_promises(
    quick_commits: None, nothing: Snapshot, sandbox: Sandbox, first: int, moves: list[tuple[str, Any]]
) -> None:
    nothing.restore()
    life = Life.begin(sandbox)
    play(life, "buy", first)

    for name, value in moves:
        play(life, name, value)


def play(life: Life, name: str, value: Any) -> None:
    """One move, judged by the table of actions; afterwards every event has come, and everything holds."""
    before = life.lifecycle.state
    refusal = REFUSALS[OF_TABLE[name]].get(before) if name in OF_TABLE else None
    answer = attempt(life, name, value)
    if not answer and name not in CHANGES_NO_SUM:
        life.undisturbed.clear()
    life.told.append(f"{before}: {name}({value}) → {answer or 'done'}")
    if refusal is not None:
        assert answer == refusal.code, life.told
    else:
        assert answer in {"", *OF_THE_MOMENT.get(name, ())}, life.told
    life.settle()
    assert faults_of(life) == [], life.told


def attempt(life: Life, name: str, value: Any) -> str:
    """The code of the refusal, or nothing."""
    moves: dict[str, Callable[[], None]] = {
        "change_later": lambda: life.change(value, ChangeBehaviour.PERIOD_END),
    }
    move = moves.get(name) or (lambda: getattr(life, name)(*([] if value is None else [value])))
    try:
        move()
    except BillingError as error:
        return error.code
    return ""
