"""Picks the subscription that an organization's pages speak of, and says how it stands; it decides no access."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from accounts.models import Organization
from billing.models import Price, Subscription
from billing.money import Money
from billing.rules.entitlement import Access
from billing.selectors.seats import pooled_of
from billing.terms import LIVE_SUBSCRIPTION_STATUSES, MissingCardPolicy, SubscriptionStatus

_MOST = 50


class Situation(StrEnum):
    """How an organization stands, as its pages tell it."""

    FREE = "free"
    LOCAL_TRIAL = "local_trial"
    TRIAL = "trial"
    ACTIVE = "active"
    CANCELLING = "cancelling"
    PAST_DUE = "past_due"
    LOCKED = "locked"
    INCOMPLETE = "incomplete"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Contract:
    """A subscription with its plan and price. `price` is one period's, before tax; times are UTC.

    `pooled` is what changes of seats have left for the next invoice beside it.
    """

    row: Subscription
    situation: Situation
    plan_code: str
    plan_name: str
    price: Money | None
    interval: str
    pooled: Money | None = None

    @property
    def next_charge(self) -> Money | None:
        """The next invoice before tax and discount, if the plan stays as it is."""
        return self.price + self.pooled if self.price and self.pooled else self.price

    @property
    def is_trial(self) -> bool:
        return self.row.status == SubscriptionStatus.TRIALING.value

    @property
    def ends_uncharged_without_card(self) -> bool:
        """Whether a trial without a card leads to no invoice."""
        return self.is_trial and self.row.missing_card_policy in (MissingCardPolicy.CANCEL, MissingCardPolicy.PAUSE)

    @property
    def is_live(self) -> bool:
        return self.row.status in LIVE_SUBSCRIPTION_STATUSES


@dataclass(frozen=True, slots=True)
class Contracts:
    """The one that counts now, if any; the one that ended last, if none does; and every plan's name by `sub_…`."""

    current: Contract | None
    ended: Contract | None
    plan_names: Mapping[str, str]


def contracts_of(organization: Organization, *, access: Access, now: datetime) -> Contracts:
    """Read them at `now` (business time). Four queries at most."""
    rows = list(
        Subscription.objects.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE)
        .exclude(status=SubscriptionStatus.INCOMPLETE_EXPIRED.value)
        .order_by("-created_at", "-pk")[:_MOST]
    )
    prices = {
        price.stripe_price_id: price
        for price in Price.objects.filter(stripe_price_id__in={row.stripe_price_id for row in rows}).select_related(
            "plan"
        )
    }
    running = sorted((row for row in rows if not _is_over(row, now=now)), key=_is_never_paid)
    over = [row for row in rows if _is_over(row, now=now)]
    return Contracts(
        current=_contract(running[0], prices=prices, access=access, now=now) if running else None,
        ended=_contract(over[0], prices=prices, access=access, now=now) if over and not running else None,
        plan_names={row.stripe_subscription_id: _plan_name(row, prices=prices) for row in rows},
    )


def _is_over(row: Subscription, *, now: datetime) -> bool:
    """A subscription past its `cancel_at` is over even if Stripe's word of it is still on its way."""
    return row.status == SubscriptionStatus.CANCELED.value or bool(row.cancel_at and row.cancel_at <= now)


def _is_never_paid(row: Subscription) -> bool:
    """Sorts those behind that never began; the newest of equals comes first, as where a cancellation looks."""
    return row.status == SubscriptionStatus.INCOMPLETE.value


def _plan_name(row: Subscription, *, prices: dict[str, Price]) -> str:
    price = prices.get(row.stripe_price_id)
    return price.plan.name if price else ""


def _contract(row: Subscription, *, prices: dict[str, Price], access: Access, now: datetime) -> Contract:
    price = prices.get(row.stripe_price_id)
    return Contract(
        row=row,
        situation=_situation(row, has_access=row.stripe_subscription_id == access.stripe_subscription_id),
        plan_code=price.plan.code if price else "",
        plan_name=price.plan.name if price else "Your plan",
        price=Money(price.amount_minor * row.quantity, price.currency) if price else None,
        interval=price.interval if price else "",
        pooled=_pooled(row, price=price, now=now),
    )


def _pooled(row: Subscription, *, price: Price | None, now: datetime) -> Money | None:
    if price is None or price.plan.seat_terms is None:
        return None
    pooled = pooled_of(row, price=price, now=now)
    return pooled if pooled.amount_minor else None


def _situation(row: Subscription, *, has_access: bool) -> Situation:
    """The gravest word that holds: what is owed comes before what was cancelled."""
    if row.status == SubscriptionStatus.INCOMPLETE.value:
        return Situation.INCOMPLETE
    if row.status == SubscriptionStatus.PAST_DUE.value:
        return Situation.PAST_DUE if has_access else Situation.LOCKED
    if row.status == SubscriptionStatus.UNPAID.value:
        return Situation.LOCKED
    if row.status == SubscriptionStatus.PAUSED.value:
        return Situation.PAUSED
    if row.is_collection_paused and not (row.cancel_at and has_access):
        return Situation.PAUSED
    if row.cancel_at:
        return Situation.CANCELLING
    return Situation.TRIAL if row.status == SubscriptionStatus.TRIALING.value else Situation.ACTIVE
