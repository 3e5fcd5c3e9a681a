"""Gathers the page on which a person pauses a plan: from when, for how long, and what is charged when it goes on."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from accounts.models import Organization
from billing.errors import NoSubscription
from billing.money import Money
from billing.rules import pause as rules
from billing.rules.actions import require
from billing.selectors.access import access_for
from billing.selectors.contract import contracts_of
from billing.selectors.lifecycle import lifecycle_of
from billing.terms import SubscriptionAction


@dataclass(frozen=True, slots=True)
class PausePage:
    """`paid_until` (UTC) is when the pause begins. `lengths`: months, and when the plan would go on. Days are UTC."""

    plan_name: str
    paid_until: datetime
    price: Money | None
    interval: str
    lengths: tuple[tuple[int, datetime], ...]
    first_day: date
    last_day: date


def pause_page(organization: Organization, now: datetime) -> PausePage:
    """The page at `now` (business time). Raises the refusal of the table of actions."""
    require(SubscriptionAction.PAUSE, lifecycle_of(organization, now).state)
    access = access_for(organization, now)
    contract = contracts_of(organization, access=access, now=now).current
    longest = settings.PAUSE_LONGEST_MONTHS
    if contract is None or contract.row.current_period_end is None or not rules.months_to_choose(longest):
        raise NoSubscription()
    paid_until = contract.row.current_period_end
    first_day, last_day = rules.first_and_last_day(paid_until, longest_months=longest)
    return PausePage(
        plan_name=contract.plan_name,
        paid_until=paid_until,
        price=contract.price,
        interval=contract.interval,
        lengths=tuple(
            (months, rules.ends_after(months, period_end=paid_until, longest_months=longest))
            for months in rules.months_to_choose(longest)
        ),
        first_day=first_day,
        last_day=last_day,
    )
