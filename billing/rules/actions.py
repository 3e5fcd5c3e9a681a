"""Decides what may be done with a subscription in which state: one table, with the refusal where it may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from billing import errors
from billing.terms import LifecycleState as State
from billing.terms import SubscriptionAction as Action
from billing.terms import SubscriptionStatus

Refusal = type[errors.BillingError]


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """What the state depends on; `cancel_at` is UTC. `status` is empty where there was never a subscription."""

    status: str = ""
    cancel_at: datetime | None = None
    is_collection_paused: bool = False
    has_scheduled_change: bool = False
    has_unpaid_change: bool = False
    has_local_trial: bool = False


_BY_STATUS = {
    SubscriptionStatus.INCOMPLETE: State.INCOMPLETE,
    SubscriptionStatus.PAST_DUE: State.PAST_DUE,
    SubscriptionStatus.UNPAID: State.UNPAID,
    SubscriptionStatus.PAUSED: State.PAUSED,
}
_OVER = (SubscriptionStatus.CANCELED, SubscriptionStatus.INCOMPLETE_EXPIRED)


def state_of(facts: SubscriptionState, *, now: datetime) -> State:
    """The gravest state that holds at `now` (business time): what is owed comes first, then the end, then a pause.

    A subscription past its `cancel_at` is over, even if Stripe's word of it is still on its way.
    """
    is_over = facts.status in _OVER or (facts.cancel_at is not None and facts.cancel_at <= now)
    if not facts.status or is_over:
        if facts.has_local_trial:
            return State.LOCAL_TRIAL
        return State.ENDED if is_over else State.NONE
    status = SubscriptionStatus(facts.status)
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    is_trial = status == SubscriptionStatus.TRIALING
    if facts.cancel_at is not None:
        return State.TRIAL_CANCELLING if is_trial else State.CANCELLING
    if facts.is_collection_paused:
        return State.COLLECTION_PAUSED
    if facts.has_unpaid_change:
        return State.CHANGE_UNPAID
    if facts.has_scheduled_change:
        return State.CHANGE_SCHEDULED
    return State.TRIALING if is_trial else State.ACTIVE


_GONE: dict[State, Refusal] = dict.fromkeys((State.NONE, State.LOCAL_TRIAL, State.ENDED), errors.NoSubscription)
_OWED: dict[State, Refusal] = {
    State.INCOMPLETE: errors.PaymentIncomplete,
    State.PAST_DUE: errors.PaymentDue,
    State.UNPAID: errors.PaymentDue,
}
_ENDING: dict[State, Refusal] = dict.fromkeys((State.CANCELLING, State.TRIAL_CANCELLING), errors.CancellationPending)
_PAUSED: dict[State, Refusal] = dict.fromkeys((State.COLLECTION_PAUSED, State.PAUSED), errors.SubscriptionPaused)
_UNPAID_CHANGE: dict[State, Refusal] = {State.CHANGE_UNPAID: errors.ChangeUnpaid}
_RUNNING: dict[State, Refusal] = dict.fromkeys(
    (state for state in State if state not in _GONE), errors.AlreadySubscribed
)


def _only(*allowed: State, otherwise: Refusal) -> dict[State, Refusal]:
    return {state: otherwise for state in State if state not in allowed}


_NOT_ON_TRIAL = _only(State.TRIALING, State.LOCAL_TRIAL, otherwise=errors.NotOnTrial) | {
    State.TRIAL_CANCELLING: errors.CancellationPending
}


REFUSALS: Mapping[Action, Mapping[State, Refusal]] = {
    Action.START_TRIAL: _RUNNING | dict.fromkeys((State.LOCAL_TRIAL, State.ENDED), errors.TrialNotAvailable),
    Action.SUBSCRIBE: {state: kind for state, kind in _RUNNING.items() if state != State.INCOMPLETE},
    Action.CHANGE_PLAN: _GONE | _OWED | _ENDING | _PAUSED | _UNPAID_CHANGE,
    Action.CHANGE_SEATS: _GONE | _OWED | _ENDING | _PAUSED | _UNPAID_CHANGE,
    Action.UNDO_CHANGE: _only(State.CHANGE_SCHEDULED, State.CHANGE_UNPAID, otherwise=errors.NoChangePending),
    Action.CANCEL_AT_END: dict.fromkeys((*_GONE, *_ENDING), errors.NothingToCancel)
    | {State.INCOMPLETE: errors.PaymentIncomplete, State.PAUSED: errors.SubscriptionPaused},
    Action.CANCEL_AT_DATE: dict.fromkeys(_GONE, errors.NothingToCancel)
    | _OWED
    | {State.PAUSED: errors.SubscriptionPaused}
    | _UNPAID_CHANGE,
    Action.CANCEL_NOW: dict.fromkeys(_GONE, errors.NothingToCancel),
    Action.UNDO_CANCEL: _only(
        State.CANCELLING, State.TRIAL_CANCELLING, State.PAST_DUE, otherwise=errors.NothingToUndo
    ),
    Action.PAUSE: _GONE
    | _OWED
    | _ENDING
    | _PAUSED
    | _UNPAID_CHANGE
    | {State.CHANGE_SCHEDULED: errors.ChangeScheduled, State.TRIALING: errors.OnTrial},
    Action.RESUME: _only(State.COLLECTION_PAUSED, State.PAUSED, otherwise=errors.NotPaused),
    Action.APPLY_DISCOUNT: _GONE | _OWED | _ENDING | _PAUSED | _UNPAID_CHANGE,
    Action.REMOVE_DISCOUNT: _GONE | {State.INCOMPLETE: errors.PaymentIncomplete} | _ENDING | _UNPAID_CHANGE,
    Action.EXTEND_TRIAL: _NOT_ON_TRIAL,
    Action.END_TRIAL: _NOT_ON_TRIAL,
    # A change that waits would be made on the terms on which it was decided.
    Action.SET_TERMS: _GONE
    | {State.INCOMPLETE: errors.PaymentIncomplete, State.CHANGE_SCHEDULED: errors.ChangeScheduled}
    | _UNPAID_CHANGE,
}
"""For each action the states that refuse it, and how; a state that is not named allows it."""


def require(action: Action, state: State) -> None:
    """Raise the refusal of the table if `action` may not be done in `state`."""
    refusal = REFUSALS[action].get(state)
    if refusal is not None:
        raise refusal()


def allows(action: Action, state: State) -> bool:
    return state not in REFUSALS[action]
