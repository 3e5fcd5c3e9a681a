"""Gathers the pricing page: what is on sale for this visitor, in which currency, and what they have already."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Membership
from billing.errors import InvalidInput
from billing.money import Money
from billing.rules.trial import REMIND_BEFORE
from billing.selectors.access import access_for
from billing.selectors.catalogue import (
    OfferedFeature,
    OfferedPlan,
    OfferedPrice,
    offered_currencies,
    offered_plans,
    plan_of_price,
)
from billing.selectors.customer import customer_currency
from billing.selectors.ruler import Ruler, draw_ruler
from billing.selectors.subscription import current_subscription
from billing.selectors.trial import has_redeemed_trial
from billing.terms import AccessReason, Interval, SubscriptionStatus

_MONTHS = 12
_OWES = (SubscriptionStatus.PAST_DUE.value, SubscriptionStatus.UNPAID.value)
_ANY_CURRENCY = "eur"  # Nothing is on sale yet, so nothing costs nothing in any currency.


@dataclass(frozen=True, slots=True)
class Column:
    """One plan of the page; `price` is None for the free one and where the currency has none."""

    plan: OfferedPlan
    price: OfferedPrice | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    name: str
    cells: tuple[OfferedFeature, ...]


@dataclass(frozen=True, slots=True)
class PricingPage:
    """`refused_currency` is what was asked for although the customer's invoices are in `currency` for ever.

    `is_unpaid`: the plan, the current one whatever may be used of it, has an open invoice, and must be paid first.
    """

    columns: tuple[Column, ...]
    comparison: tuple[ComparisonRow, ...]
    interval: Interval
    currency: str
    currencies: tuple[str, ...]
    refused_currency: str
    nothing: Money
    free_months: int
    has_whole_prices: bool
    trial_plan: OfferedPlan | None
    offers_trial: bool
    trial_ruler: Ruler | None
    remind_day: int
    current_plan_name: str
    has_subscription: bool
    is_unpaid: bool
    is_on_local_trial: bool


def pricing_page(membership: Membership | None, *, interval: str, currency: str, now: datetime) -> PricingPage:
    """The page at `now` (business time). `interval` is `month`, `year` or empty, `currency` in lower case or empty;
    `membership` says who looks for whom, None is a visitor.

    Raises InvalidInput for an interval or a currency in which nothing is sold.
    """
    chosen, currencies = _interval(interval), offered_currencies()
    if currency and currency not in currencies:
        raise InvalidInput("There are no prices in this currency.", field="currency")
    organization = membership.organization if membership else None
    locked = customer_currency(organization)
    shown = locked or currency or next(iter(currencies), "")
    plans = offered_plans()
    access = access_for(organization, now) if organization else None
    subscription = current_subscription(organization) if organization else None
    has_subscription, is_unpaid = subscription is not None, subscription is not None and subscription.status in _OWES
    own = plan_of_price(subscription.stripe_price_id) if subscription is not None and is_unpaid else None
    current_code = own.code if own else access.plan_code if access else ""
    columns = _columns(plans, interval=chosen, currency=shown, current_code=current_code)
    trial_plan = next((plan for plan in plans if plan.trial_days), None)
    return PricingPage(
        columns=columns,
        comparison=_comparison(plans),
        interval=chosen,
        currency=shown,
        currencies=currencies,
        refused_currency=currency if locked and currency != locked else "",
        nothing=Money(0, shown or _ANY_CURRENCY),
        free_months=_free_months(plans, currency=shown),
        has_whole_prices=all(_is_whole(column.price) for column in columns),
        trial_plan=trial_plan,
        offers_trial=trial_plan is not None and not has_subscription and not _has_had_trial(membership),
        trial_ruler=_trial_ruler(trial_plan, now=now),
        remind_day=trial_plan.trial_days - REMIND_BEFORE.days if trial_plan else 0,
        current_plan_name=own.name if own else access.plan_name if access else "",
        has_subscription=has_subscription,
        is_unpaid=is_unpaid,
        is_on_local_trial=access is not None and access.reason == AccessReason.LOCAL_TRIAL,
    )


def _interval(name: str) -> Interval:
    if name and name not in list(Interval):
        raise InvalidInput("Prices are by the month or by the year.", field="interval")
    return Interval(name or Interval.MONTH)


def _columns(
    plans: tuple[OfferedPlan, ...], *, interval: Interval, currency: str, current_code: str
) -> tuple[Column, ...]:
    return tuple(
        Column(
            plan=plan,
            price=plan.price(interval=interval, currency=currency),
            is_current=plan.code == current_code,
        )
        for plan in plans
    )


def _has_had_trial(membership: Membership | None) -> bool:
    return membership is not None and has_redeemed_trial(membership.organization, email=membership.user.email)


def _comparison(plans: tuple[OfferedPlan, ...]) -> tuple[ComparisonRow, ...]:
    by_feature = zip(*(plan.features for plan in plans), strict=True)
    return tuple(ComparisonRow(cells[0].name, cells) for cells in by_feature)


def _is_whole(price: OfferedPrice | None) -> bool:
    return price is None or price.money.to_major() == price.money.to_major().to_integral_value()


def _free_months(plans: tuple[OfferedPlan, ...], *, currency: str) -> int:
    """How many months a year's price leaves out, if that is one whole number for every plan; else 0."""
    found = set()
    for plan in plans:
        month = plan.price(interval=Interval.MONTH, currency=currency)
        year = plan.price(interval=Interval.YEAR, currency=currency)
        if month and year:
            saved = _MONTHS * month.money.amount_minor - year.money.amount_minor
            found.add(divmod(saved, month.money.amount_minor))
    months, rest = found.pop() if len(found) == 1 else (0, 0)
    return months if rest == 0 and months > 0 else 0


def _trial_ruler(plan: OfferedPlan | None, *, now: datetime) -> Ruler | None:
    if plan is None:
        return None
    ends_at = now + timedelta(days=plan.trial_days)
    return draw_ruler(now, ends_at=ends_at, now=now, stops=[ends_at - REMIND_BEFORE])
