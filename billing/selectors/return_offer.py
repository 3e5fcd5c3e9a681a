"""Finds the price with which an organization comes back to a plan that has ended; only a new purchase does that."""

from dataclasses import dataclass

from billing.models import Price, Subscription
from billing.money import Money


@dataclass(frozen=True, slots=True)
class ReturnOffer:
    """`price` is one period's, of one seat, before tax. `is_same_price`: the price of before is still sold."""

    lookup_key: str
    price: Money
    interval: str
    is_same_price: bool


def return_offer(ended: Subscription) -> ReturnOffer | None:
    """The price that it had if that is on sale, else its plan's present one of the same currency and interval.

    None where the plan is sold no longer. Two queries at most.
    """
    had = Price.objects.filter(stripe_price_id=ended.stripe_price_id).select_related("plan").first()
    if had is None or had.plan.is_archived:
        return None
    now = had if had.is_active else _present(had)
    if now is None:
        return None
    return ReturnOffer(now.lookup_key, Money(now.amount_minor, now.currency), now.interval, is_same_price=now == had)


def _present(had: Price) -> Price | None:
    return Price.objects.filter(
        plan=had.plan, livemode=had.livemode, currency=had.currency, interval=had.interval, is_active=True
    ).first()
