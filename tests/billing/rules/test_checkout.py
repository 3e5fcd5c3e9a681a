"""Whether a checkout may open, and in which currency."""

from datetime import UTC, datetime

import pytest

from billing.errors import AlreadySubscribed, CurrencyLocked
from billing.rules.checkout import refuse_other_currency, refuse_second_subscription
from billing.terms import SubscriptionStatus

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CAN_STILL_COST = {
    "incomplete": False,
    "incomplete_expired": False,
    "trialing": True,
    "active": True,
    "past_due": True,
    "canceled": False,
    "unpaid": True,
    "paused": True,
}


def test_the_table_names_every_status_of_stripe() -> None:
    assert set(CAN_STILL_COST) == {status.value for status in SubscriptionStatus}


@pytest.mark.parametrize("status", [status for status, costs in CAN_STILL_COST.items() if costs])
def test_a_subscription_that_can_still_cost_money_stops_a_second_one(status: str) -> None:
    with pytest.raises(AlreadySubscribed):
        refuse_second_subscription(["canceled", status, "incomplete_expired"], now=NOW)


def test_what_is_over_or_never_began_stops_nothing() -> None:
    over = [status for status, costs in CAN_STILL_COST.items() if not costs]

    refuse_second_subscription(over, now=NOW)
    refuse_second_subscription([], now=NOW)


@pytest.mark.parametrize(("customer", "price"), [("", "eur"), ("eur", "eur"), ("usd", "usd")])
def test_the_first_currency_is_free_and_then_it_stays(customer: str, price: str) -> None:
    refuse_other_currency(customer_currency=customer, price_currency=price)


def test_another_currency_is_refused_in_words_that_name_both() -> None:
    with pytest.raises(CurrencyLocked) as refused:
        refuse_other_currency(customer_currency="eur", price_currency="usd")

    assert "EUR" in refused.value.message
    assert "USD" in refused.value.message
    assert refused.value.details == {"currency": "eur"}
