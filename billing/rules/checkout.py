"""Decides whether a checkout may open and in which currency; it must not call Stripe."""

from collections.abc import Iterable

from billing.errors import AlreadySubscribed, CurrencyLocked
from billing.terms import LIVE_SUBSCRIPTION_STATUSES


def refuse_second_subscription(statuses: Iterable[str]) -> None:
    """Raise AlreadySubscribed where one of the customer's subscriptions at Stripe can still cost money."""
    if any(status in LIVE_SUBSCRIPTION_STATUSES for status in statuses):
        raise AlreadySubscribed()


def refuse_other_currency(*, customer_currency: str, price_currency: str) -> None:
    """Raise CurrencyLocked: Stripe bills one customer in one currency for ever."""
    if customer_currency and customer_currency != price_currency:
        raise CurrencyLocked(
            f"Your invoices are in {customer_currency.upper()}, and this cannot change to "
            f"{price_currency.upper()}. Please choose a price in {customer_currency.upper()}.",
            currency=customer_currency,
        )
