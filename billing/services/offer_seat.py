"""Use case: name the price of one more person before somebody is invited; nothing is charged or kept."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.errors import AccountsError
from accounts.models import Organization
from accounts.seat_offer import SeatOffer
from billing import clock
from billing.errors import BillingError, UnderWay
from billing.gateway.change_basis import read_change_basis
from billing.gateway.item_changes import ItemChange
from billing.gateway.previews import quote_change
from billing.money import Money
from billing.rules.actions import require
from billing.rules.seats import SeatSync
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.seats import Seats, seats_of
from billing.terms import SubscriptionAction

_TEMPLATE = "billing/_seat_offer.html"


@dataclass(frozen=True, slots=True)
class SeatPrice:
    """`unit` is for an interval, `rest` until `period_end` (UTC) for somebody who joins now, both before tax.

    `first_charge_at` is the end of a trial, in which nothing is charged.
    """

    unit: Money
    interval: str
    rest: Money
    period_end: datetime | None
    first_charge_at: datetime | None
    quantity: int
    adds_tax: bool


def offer_seat(organization: Organization) -> SeatOffer | None:
    """What one more invitation adds to the bill once it is accepted; None where a billed seat is free for it.

    Open invitations count: each of them will need its seat. Safe to repeat. Raises AccountsError with the code, words
    and status of what stands in the way: all seats taken where none are added by themselves (`seats_full`, 402), a
    state in which no seats can be added, or Stripe's silence.
    """
    now = clock.business_now()
    seats = seats_of(organization, now)
    if seats is None:
        return None
    needed = seats.people.members + seats.people.invited + 1
    if settings.SEATS_SYNC == SeatSync.OFF:
        _refuse_when_taken(seats, needed=needed)
        return None
    if needed <= seats.billed or needed > seats.terms.maximum:
        return None  # A seat is free; or none is left, which the invitation itself is refused for.
    try:
        require(SubscriptionAction.CHANGE_SEATS, lifecycle_of(organization, now).state)
        details = _price(seats, needed=needed, now=now)
    except BillingError as error:
        raise AccountsError(error.message, code=error.code, status=error.status) from error
    return SeatOffer(named=f"{seats.price.stripe_price_id}:{needed}", template=_TEMPLATE, details=details)


def _refuse_when_taken(seats: Seats, *, needed: int) -> None:
    if needed > seats.held:
        raise AccountsError(
            f"All {seats.held} paid seats are taken, open invitations included. Add seats under Billing first, or "
            "withdraw an invitation.",
            code="seats_full",
            status=402,
        )


def _price(seats: Seats, *, needed: int, now: datetime) -> SeatPrice:
    is_paid = seats.is_trial or needed <= seats.held
    currency = seats.price.currency
    return SeatPrice(
        unit=Money(seats.price.amount_minor, currency),
        interval=seats.price.interval,
        rest=Money(0 if is_paid else _rest_minor(seats, now=now), currency),
        period_end=seats.period_end,
        first_charge_at=seats.subscription.trial_end if seats.is_trial else None,
        quantity=needed,
        adds_tax=settings.CHECKOUT_AUTOMATIC_TAX,
    )


def _rest_minor(seats: Seats, *, now: datetime) -> int:
    """What Stripe would put on the next invoice for one more seat until the period ends."""
    basis = read_change_basis(seats.subscription.stripe_subscription_id)
    item = basis.item_of(seats.price.stripe_price_id)
    if item is None:
        raise UnderWay()
    proration_at = max(now.replace(microsecond=0), item.period_start)
    quote = quote_change(
        ItemChange(
            stripe_subscription_id=basis.stripe_subscription_id,
            stripe_item_id=item.stripe_item_id,
            stripe_price_id=item.stripe_price_id,
            quantity=item.quantity + 1,
            proration_behavior="create_prorations",
            proration_at=proration_at,
        )
    )
    return sum(line.amount_minor for line in quote.lines if line.is_proration and line.starts_at == proration_at)
