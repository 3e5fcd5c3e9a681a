"""How a customer stands, in one look and ready for a program: what events tell, and what the pages add to it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organization
from billing.models import PlanChange, Price, Subscription
from billing.money import Money
from billing.rules.actions import allows
from billing.rules.entitlement import Access
from billing.selectors.access import access_for
from billing.selectors.contract import Contract, Situation, contracts_of
from billing.selectors.customer_state import CustomerState, customer_state
from billing.selectors.lifecycle import Lifecycle, lifecycle_of
from billing.selectors.payment_failure import CardName, PaymentFailure, payment_failure
from billing.selectors.payment_method import charged_payment_method
from billing.selectors.payment_methods import next_charge_at
from billing.selectors.planned_change import PlannedChange, planned_change
from billing.selectors.seats import Seats, seats_in
from billing.selectors.timeline import Entry
from billing.selectors.upcoming import coming_entries
from billing.terms import LifecycleState, PlanChangeState, SubscriptionAction


@dataclass(frozen=True, slots=True)
class SubscriptionSummary:
    """The subscription that counts now; without one, what does not apply is None or empty. Times are UTC.

    `price` is one period's, before tax and discount. `actions` are those that the table of actions allows now.
    `unpaid_change` is the change of plan that waits for its payment, if one does.
    """

    state: LifecycleState
    actions: tuple[SubscriptionAction, ...]
    stripe_subscription_id: str
    status: str
    plan_code: str
    plan_name: str
    lookup_key: str
    price: Money | None
    interval: str
    quantity: int | None
    created_at: datetime | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    trial_ends_at: datetime | None
    cancel_at: datetime | None
    paused_from: datetime | None
    resumes_at: datetime | None
    next_charge_at: datetime | None
    next_charge: Money | None
    terms_days: int | None
    card: CardName | None
    seats: Seats | None
    planned: PlannedChange | None
    unpaid_change: PlanChange | None


@dataclass(frozen=True, slots=True)
class WholeState:
    """Everything that a program asks for about one customer; `state` is what the outgoing events tell, too."""

    state: CustomerState
    subscription: SubscriptionSummary
    unpaid: PaymentFailure | None
    upcoming: tuple[Entry, ...]


def subscription_summary(organization: Organization, now: datetime) -> SubscriptionSummary:
    """How the subscription stands at `now` (business time). A fixed number of queries."""
    access = access_for(organization, now)
    contract = contracts_of(organization, access=access, now=now).current
    return _summary(organization, contract, access=access, now=now)


def whole_state(organization: Organization, now: datetime) -> WholeState:
    """The whole state at `now` (business time), what comes next first. A fixed number of queries."""
    state = customer_state(organization, now)
    access = state.access
    contract = contracts_of(organization, access=access, now=now).current
    summary = _summary(organization, contract, access=access, now=now)
    failure = payment_failure(contract.row, now=now) if contract else None
    coming = coming_entries(
        contract,
        organization=organization,
        failure=failure,
        card=summary.card,
        lacks_card=_lacks_card(contract),
        access=access,
        local_trial=state.local_trial,
        now=now,
    )
    return WholeState(state=state, subscription=summary, unpaid=failure, upcoming=tuple(reversed(coming)))


def _lacks_card(contract: Contract | None) -> bool:
    """As on the billing page: a trial that will not be charged at its end, because there is nothing to charge."""
    return (
        contract is not None and contract.ends_uncharged_without_card and charged_payment_method(contract.row) is None
    )


def _summary(
    organization: Organization, contract: Contract | None, *, access: Access, now: datetime
) -> SubscriptionSummary:
    lifecycle = lifecycle_of(organization, now)
    row = contract.row if contract else None
    planned = planned_change(row) if row else None
    return SubscriptionSummary(
        state=lifecycle.state,
        actions=tuple(action for action in SubscriptionAction if allows(action, lifecycle.state)),
        stripe_subscription_id=row.stripe_subscription_id if row else "",
        status=row.status if row else "",
        plan_code=contract.plan_code if contract else access.plan_code,
        plan_name=contract.plan_name if contract else access.plan_name,
        lookup_key=_lookup_key(row),
        price=contract.price if contract else None,
        interval=contract.interval if contract else "",
        quantity=row.quantity if row else None,
        created_at=row.created_at if row else None,
        current_period_start=row.current_period_start if row else None,
        current_period_end=row.current_period_end if row else None,
        trial_ends_at=row.trial_end if row and contract and contract.is_trial else None,
        cancel_at=row.cancel_at if row else None,
        paused_from=row.paused_paid_until if row and row.is_collection_paused else None,
        resumes_at=row.resumes_at if row and row.is_collection_paused else None,
        next_charge_at=next_charge_at(row) if row and _renews(contract) else None,
        next_charge=_next_charge(contract, planned) if _renews(contract) else None,
        terms_days=row.terms_days if row else None,
        card=_card(row),
        seats=seats_in(row, now=now) if row else None,
        planned=planned,
        unpaid_change=_unpaid(lifecycle),
    )


def _renews(contract: Contract | None) -> bool:
    return contract is not None and contract.situation in (Situation.TRIAL, Situation.ACTIVE)


def _next_charge(contract: Contract | None, planned: PlannedChange | None) -> Money | None:
    """As on the billing page: where another plan begins with the next charge, the charge is that one's."""
    if contract is None:
        return None
    charge_at = contract.row.trial_end if contract.is_trial else contract.row.current_period_end
    if planned is None or planned.at != charge_at:
        return contract.next_charge
    return planned.after + contract.pooled if contract.pooled else planned.after


def _unpaid(lifecycle: Lifecycle) -> PlanChange | None:
    change = lifecycle.change
    return change if change is not None and change.state == PlanChangeState.AWAITING_PAYMENT else None


def _lookup_key(row: Subscription | None) -> str:
    if row is None:
        return ""
    keys = Price.objects.filter(stripe_price_id=row.stripe_price_id).values_list("lookup_key", flat=True)
    return keys.first() or ""


def _card(row: Subscription | None) -> CardName | None:
    method = charged_payment_method(row) if row else None
    if method is None or not method.card_last4:
        return None
    return CardName(method.card_brand, method.card_last4, method.card_exp_month, method.card_exp_year)
