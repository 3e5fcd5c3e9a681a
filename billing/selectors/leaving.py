"""Gathers the pages on which a person cancels: until when access lasts, what is still owed, which ways there are."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Sum

from accounts.models import Organization
from billing.errors import NothingToCancel
from billing.models import Invoice, Subscription
from billing.money import Money
from billing.rules.actions import allows, require
from billing.rules.cancellation import ends_now_by_default, first_and_last_day, voids_what_is_owed
from billing.selectors.access import access_for
from billing.selectors.contract import contracts_of
from billing.selectors.lifecycle import lifecycle_of
from billing.terms import InvoiceStatus, LifecycleState, SubscriptionAction


@dataclass(frozen=True, slots=True)
class LeavingPage:
    """`ends_at` (UTC) is the end of the trial or of the paid period, as Stripe last said it.

    `owed` is what is open now; `gives_up_owed`: leaving at once makes it void. Days are UTC.
    """

    plan_name: str
    ends_at: datetime | None
    is_trial: bool
    price: Money | None
    owed: Money | None
    gives_up_owed: bool
    ends_now_by_default: bool
    can_end_later: bool
    can_choose_day: bool
    can_pause: bool
    first_day: date
    last_day: date
    planned_plan: str


def leaving_page(organization: Organization, action: SubscriptionAction, now: datetime) -> LeavingPage:
    """The page of one way to leave at `now` (business time). Raises the refusal of the table of actions."""
    lifecycle = lifecycle_of(organization, now)
    require(action, lifecycle.state)
    access = access_for(organization, now)
    contract = contracts_of(organization, access=access, now=now).current
    if contract is None:
        raise NothingToCancel()
    if action == SubscriptionAction.CANCEL_AT_END and contract.row.cancel_at is not None:
        raise NothingToCancel()
    first_day, last_day = first_and_last_day(now)
    return LeavingPage(
        plan_name=contract.plan_name,
        ends_at=contract.row.trial_end if contract.is_trial else contract.row.current_period_end,
        is_trial=contract.is_trial,
        price=contract.price,
        owed=_owed(contract.row),
        gives_up_owed=voids_what_is_owed(lifecycle.state),
        ends_now_by_default=ends_now_by_default(lifecycle.state) or _is_paid_no_more(contract.row, now=now),
        can_end_later=allows(SubscriptionAction.CANCEL_AT_END, lifecycle.state) and contract.row.cancel_at is None,
        can_choose_day=allows(SubscriptionAction.CANCEL_AT_DATE, lifecycle.state),
        can_pause=allows(SubscriptionAction.PAUSE, lifecycle.state) and settings.PAUSE_LONGEST_MONTHS > 0,
        first_day=first_day,
        last_day=last_day,
        planned_plan=lifecycle.change.price.plan.name
        if lifecycle.state == LifecycleState.CHANGE_SCHEDULED and lifecycle.change
        else "",
    )


def _is_paid_no_more(subscription: Subscription, *, now: datetime) -> bool:
    """Whether a pause has outlasted what was paid: then there is nothing to wait for."""
    return subscription.paused_paid_until is not None and subscription.paused_paid_until <= now


def _owed(subscription: Subscription) -> Money | None:
    """The sum of its open invoices that were tried in vain, or None."""
    rows = Invoice.objects.filter(
        stripe_subscription_id=subscription.stripe_subscription_id,
        status=InvoiceStatus.OPEN.value,
        has_been_attempted=True,
        is_deleted=False,
    )
    total = rows.aggregate(total=Sum("amount_remaining_minor"))["total"]
    return Money(total, subscription.currency) if total else None
