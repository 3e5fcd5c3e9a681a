"""Tells what will happen to an organization's billing if nobody does anything; what is charged is Stripe's to say."""

from datetime import datetime

from billing.models import LocalTrial
from billing.rules.trial import REMIND_BEFORE
from billing.selectors.contract import Contract, Situation
from billing.selectors.payment_failure import CardName, PaymentFailure
from billing.selectors.timeline import Entry, Happening

_RENEWS = (Situation.TRIAL, Situation.ACTIVE)


def coming_entries(
    contract: Contract | None,
    *,
    failure: PaymentFailure | None,
    card: CardName | None,
    access_until: datetime | None,
    local_trial: LocalTrial | None,
    now: datetime,
) -> tuple[Entry, ...]:
    """What comes after `now` (business time), the latest first, as the timeline shows it."""
    if contract is None:
        entries = _of_local_trial(local_trial)
    elif contract.situation in _RENEWS:
        entries = _of_renewal(contract, card=card)
    elif contract.situation == Situation.CANCELLING:
        entries = _of_end(contract)
    else:
        entries = _of_failure(contract, failure=failure, access_until=access_until)
    coming = [entry for entry in entries if entry.at > now]
    return tuple(_as_next(entry) for entry in sorted(coming, key=lambda entry: entry.at, reverse=True))


def _as_next(entry: Entry) -> Entry:
    return Entry(
        entry.happening, entry.at, tone="next", plan_name=entry.plan_name, amount=entry.amount, card=entry.card
    )


def _of_renewal(contract: Contract, *, card: CardName | None) -> list[Entry]:
    at = contract.row.trial_end if contract.is_trial else contract.row.current_period_end
    if at is None:
        return []
    charge = Entry(Happening.WILL_CHARGE, at, plan_name=contract.plan_name, amount=contract.price, card=card)
    if not contract.is_trial:
        return [charge]
    return [charge, Entry(Happening.WILL_REMIND, at - REMIND_BEFORE, plan_name=contract.plan_name)]


def _of_end(contract: Contract) -> list[Entry]:
    at = contract.row.cancel_at
    return [Entry(Happening.WILL_END, at, plan_name=contract.plan_name)] if at else []


def _of_failure(contract: Contract, *, failure: PaymentFailure | None, access_until: datetime | None) -> list[Entry]:
    entries = []
    if access_until is not None:
        entries.append(Entry(Happening.ACCESS_WILL_END, access_until, plan_name=contract.plan_name))
    if failure is not None and failure.next_try_at is not None:
        entries.append(Entry(Happening.WILL_RETRY, failure.next_try_at, amount=failure.amount, card=failure.card))
    return entries


def _of_local_trial(trial: LocalTrial | None) -> list[Entry]:
    if trial is None or trial.ended_at is not None:
        return []
    name = trial.plan.name
    return [
        Entry(Happening.LOCAL_TRIAL_WILL_END, trial.ends_at, plan_name=name),
        Entry(Happening.WILL_REMIND, trial.ends_at - REMIND_BEFORE, plan_name=name),
    ]
