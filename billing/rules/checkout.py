"""Decides whether a checkout may open and in which currency; it must not call Stripe."""

from collections.abc import Iterable
from datetime import datetime

from billing.errors import CurrencyLocked
from billing.rules.actions import SubscriptionState, require, state_of
from billing.terms import SubscriptionAction


def refuse_second_subscription(statuses: Iterable[str], *, now: datetime) -> None:
    """Raise AlreadySubscribed where the table of actions forbids a purchase beside one of these at Stripe.

    A planned end does not count: until it has come, the subscription can still cost money.
    """
    for status in statuses:
        require(SubscriptionAction.SUBSCRIBE, state_of(SubscriptionState(status), now=now))


def refuse_other_currency(*, customer_currency: str, price_currency: str) -> None:
    """Raise CurrencyLocked: Stripe bills one customer in one currency for ever."""
    if customer_currency and customer_currency != price_currency:
        raise CurrencyLocked(
            f"Your invoices are in {customer_currency.upper()}, and this cannot change to "
            f"{price_currency.upper()}. Please choose a price in {customer_currency.upper()}.",
            currency=customer_currency,
        )
