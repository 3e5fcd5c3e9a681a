"""Gathers the page on which a person confirms a chosen price: what each way costs, and from when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Organization, User
from billing.errors import BillingError, UnknownPlan
from billing.money import Money
from billing.rules.catalogue import SeatTerms
from billing.rules.checkout import refuse_other_currency
from billing.rules.seats import check_quantity, quantity_for
from billing.rules.trial import checkout_trial
from billing.selectors.catalogue import OfferedPlan, offered_plans, price_for
from billing.selectors.customer import customer_currency
from billing.selectors.seats import people_of
from billing.selectors.subscription import current_subscription
from billing.selectors.trial import another_trial_is_allowed, has_redeemed_trial, running_local_trial
from billing.terms import Interval


@dataclass(frozen=True, slots=True)
class Choice:
    """A price that may be bought: `price` is of all `quantity` seats, of which `used` are needed at once.

    `first_charge_at` is None where the checkout charges today; times are UTC.
    """

    plan: OfferedPlan
    lookup_key: str
    interval: Interval
    price: Money
    unit_price: Money
    quantity: int
    used: int
    refusal: BillingError | None
    can_try_without_card: bool
    trial_ends_at: datetime
    first_charge_at: datetime | None
    running_trial_ends_at: datetime | None
    is_of_running_trial: bool
    has_used_trial: bool
    has_subscription: bool

    @property
    def fewest_seats(self) -> int:
        return max(self.used, self.plan.seats.minimum if self.plan.seats else 1)


def choice_of(
    organization: Organization, *, lookup_key: str, person: User, now: datetime, seats: int | None = None
) -> Choice:
    """What buying this price means for this person at `now` (business time). Raises UnknownPlan, CurrencyLocked.

    A number of `seats` that cannot be bought is a `refusal` beside the number that can. Raises SeatsAboveMaximum
    where the plan is too small for the people who are there.
    """
    row = price_for(lookup_key)
    used = people_of(organization).used
    quantity, refusal = _quantity(row.plan.seat_terms, seats=seats, used=used)
    refuse_other_currency(customer_currency=customer_currency(organization), price_currency=row.currency)
    plan = next((plan for plan in offered_plans() if plan.code == row.plan.code), None)
    if plan is None:
        raise UnknownPlan(lookup_key=lookup_key)
    running = running_local_trial(organization, now)
    has_used_trial = has_redeemed_trial(organization, email=person.email)
    trial = checkout_trial(
        plan_trial_days=plan.trial_days,
        has_redeemed=has_used_trial and not another_trial_is_allowed(organization),
        local_trial_ends_at=running.ends_at if running else None,
        now=now,
    )
    trial_ends_at = now + timedelta(days=plan.trial_days)
    return Choice(
        plan=plan,
        lookup_key=row.lookup_key,
        interval=Interval(row.interval),
        price=Money(row.amount_minor * quantity, row.currency),
        unit_price=Money(row.amount_minor, row.currency),
        quantity=quantity,
        used=used,
        refusal=refusal,
        can_try_without_card=bool(plan.trial_days) and not has_used_trial and running is None,
        trial_ends_at=trial_ends_at,
        first_charge_at=(trial.ends_at or trial_ends_at) if trial.is_trial else None,
        running_trial_ends_at=running.ends_at if running else None,
        is_of_running_trial=running is not None and running.plan_id == row.plan_id,
        has_used_trial=has_used_trial,
        has_subscription=current_subscription(organization) is not None,
    )


def _quantity(terms: SeatTerms | None, *, seats: int | None, used: int) -> tuple[int, BillingError | None]:
    """How many seats to show, and why not as many as were asked for."""
    needed = quantity_for(terms, used=used)
    if seats is None:
        return needed, None
    try:
        check_quantity(terms, quantity=seats, used=used)
    except BillingError as refusal:
        return needed, refusal
    return seats, None
