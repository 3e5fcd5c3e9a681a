"""Every cell of the table, through the services: what is refused changes nothing, what is allowed is done."""

from collections.abc import Callable, Iterator

import pytest
from django.db.models import Model

from billing import models
from billing.errors import BillingError
from billing.rules.actions import REFUSALS, allows
from billing.terms import LifecycleState as State
from billing.terms import SubscriptionAction as Action
from tests.flows.convergence.playing import writes_at
from tests.flows.lifecycle.life import Life
from tests.flows.lifecycle.states import GROWTH_BY_THE_YEAR, STARTER, bring
from tests.flows.lifecycle.truths import faults_of
from tests.sandbox_fixture import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)

ACTS: dict[Action, Callable[[Life], None]] = {
    Action.START_TRIAL: Life.start_trial,
    Action.SUBSCRIBE: lambda life: life.buy(STARTER),
    Action.CHANGE_PLAN: lambda life: life.change(GROWTH_BY_THE_YEAR),
    Action.CHANGE_SEATS: lambda life: life.seats(3),
    Action.UNDO_CHANGE: Life.undo_change,
    Action.CANCEL_AT_END: Life.cancel_at_end,
    Action.CANCEL_AT_DATE: lambda life: life.cancel_at(10),
    Action.CANCEL_NOW: Life.cancel_now,
    Action.UNDO_CANCEL: Life.undo_cancel,
    Action.PAUSE: lambda life: life.pause(1),
    Action.RESUME: Life.resume,
    Action.APPLY_DISCOUNT: Life.use_code,
    Action.REMOVE_DISCOUNT: Life.drop_discount,
    Action.EXTEND_TRIAL: Life.extend_trial,
    Action.END_TRIAL: Life.end_trial,
    Action.SET_TERMS: Life.set_terms,
}
CELLS = [(state, action) for state in State for action in Action]
ALLOWED = [cell for cell in CELLS if allows(cell[1], cell[0])]
# What the table allows and this case of it has not: an end that could be taken back, a second trial, a card.
OF_THE_MOMENT = {
    (State.PAST_DUE, Action.UNDO_CANCEL): "nothing_to_undo",
    (State.PAUSED, Action.RESUME): "payment_method_missing",
}
_INTENTS: tuple[type[Model], ...] = (
    *(models.PlanChange, models.SeatChange, models.CancelRequest, models.PauseRequest, models.DiscountChange),
    *(models.TrialChange, models.InvoiceTermsChange, models.CheckoutIntent, models.LocalTrial, models.AuditEntry),
)


@pytest.fixture
def life(sandbox: Sandbox, quick_commits: None) -> Iterator[Life]:
    yield Life.begin(sandbox)
    sandbox.ask("POST", "/_sandbox/settings", {"retries": "off", "after_retries": "leave"})
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


def test_every_action_of_the_table_is_tried() -> None:
    assert set(ACTS) == set(Action)


@pytest.mark.parametrize("state", State)
def test_what_a_state_refuses_is_refused_by_its_code_and_changes_nothing(life: Life, state: State) -> None:
    bring(life, state)
    before = (counts(), writes_at(life.shop.sandbox))
    refused = {action: REFUSALS[action][state].code for action in Action if not allows(action, state)}
    if state == State.LOCAL_TRIAL:
        refused[Action.START_TRIAL] = ""  # The same trial again is a second click.

    answers = {action: answer_of(life, action) for action in refused}

    assert answers == refused
    assert (counts(), writes_at(life.shop.sandbox)) == before
    assert life.lifecycle.state == state


@pytest.mark.parametrize(("state", "action"), ALLOWED)
def test_what_a_state_allows_is_done(life: Life, state: State, action: Action) -> None:
    bring(life, state, with_discount=action == Action.REMOVE_DISCOUNT)

    answer = answer_of(life, action)
    life.settle()

    assert answer == OF_THE_MOMENT.get((state, action), "")
    assert faults_of(life) == []


def answer_of(life: Life, action: Action) -> str:
    """The code of the refusal, or nothing."""
    try:
        ACTS[action](life)
    except BillingError as refusal:
        return refusal.code
    return ""


def counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in _INTENTS}
