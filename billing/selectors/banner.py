"""Chooses the one banner of the billing page: the gravest thing that a person must know. It has no words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from billing.models import Invoice, LocalTrial, PlanChange, Price, Subscription
from billing.selectors.change_progress import ChangeProgress, change_progress
from billing.selectors.contract import Contract, Contracts, Situation
from billing.selectors.payment_failure import PaymentFailure
from billing.selectors.planned_change import PlannedChange
from billing.selectors.return_offer import ReturnOffer, return_offer
from billing.selectors.trial import ended_for_want_of_card, is_refused_trial
from billing.terms import InvoiceStatus, PlanChangeState, SubscriptionStatus

SHOW_TRIAL_END_BEFORE = timedelta(days=7)
SHOW_ENDED_FOR = timedelta(days=30)
_NOT_PAID = (InvoiceStatus.OPEN.value, InvoiceStatus.UNCOLLECTIBLE.value, InvoiceStatus.VOID.value)


class BannerKind(StrEnum):
    PAYMENT_FAILED = "payment_failed"
    LOCKED = "locked"
    INCOMPLETE = "incomplete"
    PAUSING = "pausing"
    PAUSED = "paused"
    CHANGE_UNPAID = "change_unpaid"
    CANCELLING = "cancelling"
    CHANGE_PLANNED = "change_planned"
    TRIAL_ENDS = "trial_ends"
    LOCAL_TRIAL_ENDS = "local_trial_ends"
    LOCAL_TRIAL_ENDED = "local_trial_ended"
    ENDED = "ended"
    ENDED_UNPAID = "ended_unpaid"
    TRIAL_REFUSED = "trial_refused"
    TRIAL_PAUSED = "trial_paused"
    TRIAL_ENDED_WITHOUT_CARD = "trial_ended_without_card"


@dataclass(frozen=True, slots=True)
class Banner:
    """`at` is the moment (UTC) that the banner is about: when access or a trial ends, or ended.

    `lookup_key` is the price that the banner offers, where it offers one. `missing_card_policy` is what comes at the
    end of a trial that has no card. `change` is the change that it is about. `open_invoice` is the number of an
    ended plan's unpaid invoice, as long as it can be paid.
    """

    kind: BannerKind
    plan_name: str
    at: datetime | None = None
    lookup_key: str = ""
    change: ChangeProgress | None = None
    missing_card_policy: str = ""
    returning: ReturnOffer | None = None
    open_invoice: str = ""

    @property
    def is_about_trial(self) -> bool:
        return self.kind in _TRIAL_KINDS


_TRIAL_KINDS = frozenset(kind for kind in BannerKind if "trial" in kind)


def choose_banner(
    contracts: Contracts,
    *,
    failure: PaymentFailure | None,
    planned: PlannedChange | None,
    access_until: datetime | None,
    local_trial: LocalTrial | None,
    change: PlanChange | None,
    now: datetime,
) -> Banner | None:
    """The gravest banner at `now` (business time), or none; `change` is the pending one. Three queries at most."""
    contract = contracts.current
    if contract is not None:
        return _of_contract(
            contract, failure=failure, planned=planned, access_until=access_until, change=change, now=now
        )
    trial = _of_local_trial(local_trial, now=now)
    if trial is not None and trial.kind == BannerKind.LOCAL_TRIAL_ENDS:
        return trial
    runs_trial = local_trial is not None and local_trial.ended_at is None and now < local_trial.ends_at
    ended = None if runs_trial or contracts.ended is None else _of_ended(contracts.ended, now=now)
    return ended or trial


def _of_contract(
    contract: Contract,
    *,
    failure: PaymentFailure | None,
    planned: PlannedChange | None,
    access_until: datetime | None,
    change: PlanChange | None,
    now: datetime,
) -> Banner | None:
    name, row = contract.plan_name, contract.row
    kinds = {
        Situation.PAST_DUE: BannerKind.PAYMENT_FAILED,
        Situation.LOCKED: BannerKind.LOCKED,
        Situation.INCOMPLETE: BannerKind.INCOMPLETE,
    }
    if row.status == SubscriptionStatus.PAUSED:
        return Banner(BannerKind.TRIAL_PAUSED, name, row.trial_end)
    if contract.situation == Situation.PAUSED:
        paid_until = row.paused_paid_until
        if paid_until is not None and now < paid_until:
            return Banner(BannerKind.PAUSING, name, paid_until)
        return Banner(BannerKind.PAUSED, name, row.resumes_at)
    if contract.situation in kinds:
        return Banner(kinds[contract.situation], name, access_until)
    if failure is not None:
        return Banner(BannerKind.PAYMENT_FAILED, name, access_until)
    if change is not None and change.state == PlanChangeState.AWAITING_PAYMENT:
        return Banner(BannerKind.CHANGE_UNPAID, name, change.pays_until, change=change_progress(change))
    if contract.situation == Situation.CANCELLING:
        return Banner(BannerKind.CANCELLING, name, row.cancel_at)
    if planned is not None:
        return Banner(BannerKind.CHANGE_PLANNED, name, planned.at)
    if contract.situation == Situation.TRIAL and row.trial_end and row.trial_end - now <= SHOW_TRIAL_END_BEFORE:
        return Banner(BannerKind.TRIAL_ENDS, name, row.trial_end, missing_card_policy=row.missing_card_policy)
    return None


def _of_local_trial(trial: LocalTrial | None, *, now: datetime) -> Banner | None:
    """A trial that a subscription replaced (`ended_at`) needs no word."""
    if trial is None or trial.ended_at is not None:
        return None
    if now >= trial.ends_at:
        is_news = now - trial.ends_at < SHOW_ENDED_FOR
        return Banner(BannerKind.LOCAL_TRIAL_ENDED, trial.plan.name, trial.ends_at) if is_news else None
    if trial.ends_at - now <= SHOW_TRIAL_END_BEFORE:
        return Banner(BannerKind.LOCAL_TRIAL_ENDS, trial.plan.name, trial.ends_at)
    return None


def _of_ended(contract: Contract, *, now: datetime) -> Banner | None:
    row = contract.row
    ended_at = row.ended_at or row.cancel_at
    if ended_at is None or now - ended_at >= SHOW_ENDED_FOR:
        return None
    if is_refused_trial(row):
        return Banner(BannerKind.TRIAL_REFUSED, contract.plan_name, ended_at, lookup_key=_on_sale(row))
    if ended_for_want_of_card(row):
        return Banner(BannerKind.TRIAL_ENDED_WITHOUT_CARD, contract.plan_name, ended_at, lookup_key=_on_sale(row))
    unpaid = Invoice.objects.filter(
        stripe_invoice_id=row.stripe_latest_invoice_id, status__in=_NOT_PAID, has_been_attempted=True
    ).first()
    kind = BannerKind.ENDED_UNPAID if unpaid else BannerKind.ENDED
    is_payable = unpaid is not None and unpaid.status == InvoiceStatus.OPEN
    number = unpaid.number if unpaid and is_payable else ""
    return Banner(kind, contract.plan_name, ended_at, returning=return_offer(row), open_invoice=number)


def _on_sale(row: Subscription) -> str:
    """The lookup key of the subscription's price, empty if it is sold no longer."""
    prices = Price.objects.filter(stripe_price_id=row.stripe_price_id, is_active=True, plan__is_archived=False)
    return prices.values_list("lookup_key", flat=True).first() or ""
