"""Says in facts how an organization stands: plan, price, and what happens to it on which day. It has no words."""

from dataclasses import dataclass, replace
from datetime import datetime

from billing.models import LocalTrial
from billing.money import Money
from billing.rules.entitlement import Access
from billing.selectors.contract import Contract, Situation
from billing.selectors.planned_change import PlannedChange
from billing.terms import SubscriptionStatus

_RENEWS = (Situation.TRIAL, Situation.ACTIVE)


@dataclass(frozen=True, slots=True)
class Standing:
    """`price` is one period's price before tax, `next_charge` holds what was `pooled`, too.

    Times are UTC; what does not apply is None, empty or False. `terms_days` is within how many days an invoice is to
    be paid, where invoices are sent and no card is charged.
    """

    situation: Situation
    plan_name: str
    status: str = ""
    price: Money | None = None
    next_charge: Money | None = None
    pooled: Money | None = None
    next_plan_name: str = ""
    interval: str = ""
    since: datetime | None = None
    trial_ends_at: datetime | None = None
    next_charge_at: datetime | None = None
    ends_at: datetime | None = None
    paid_until: datetime | None = None
    resumes_at: datetime | None = None
    can_cancel: bool = False
    can_undo: bool = False
    terms_days: int | None = None


def with_planned(standing: Standing, planned: PlannedChange | None) -> Standing:
    """The same, where another plan begins with the next charge: then that charge is the other plan's."""
    if planned is None or planned.at != standing.next_charge_at:
        return standing
    charge = planned.after + standing.pooled if standing.pooled else planned.after
    return replace(standing, next_charge=charge, next_plan_name=planned.to_plan)


def standing_of(contract: Contract | None, *, on_local_trial: LocalTrial | None, access: Access) -> Standing:
    """The subscription's facts if there is one, else those of a running trial without a card, else Free's."""
    if contract is not None:
        return _of_contract(contract)
    if on_local_trial is not None:
        return Standing(
            situation=Situation.LOCAL_TRIAL,
            plan_name=access.plan_name,
            status=SubscriptionStatus.TRIALING.value,
            since=on_local_trial.started_at,
            trial_ends_at=on_local_trial.ends_at,
        )
    return Standing(situation=Situation.FREE, plan_name=access.plan_name)


def _of_contract(contract: Contract) -> Standing:
    row, situation = contract.row, contract.situation
    charge_at = row.trial_end if contract.is_trial else row.current_period_end
    is_paused = situation == Situation.PAUSED
    return Standing(
        situation=situation,
        plan_name=contract.plan_name,
        status=SubscriptionStatus.PAUSED.value if is_paused else row.status,
        price=contract.price,
        next_charge=contract.next_charge,
        pooled=contract.pooled,
        interval=contract.interval,
        since=row.created_at,
        trial_ends_at=row.trial_end if contract.is_trial else None,
        next_charge_at=charge_at if situation in _RENEWS else None,
        ends_at=row.cancel_at,
        paid_until=row.paused_paid_until if is_paused else None,
        resumes_at=row.resumes_at if is_paused else None,
        can_cancel=contract.is_live and row.cancel_at is None,
        can_undo=row.cancel_at is not None,
        terms_days=row.terms_days,
    )
