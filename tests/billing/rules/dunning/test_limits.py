"""How often a card may be tried: our ceilings and the networks', over rolling windows, whoever made the tries."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.dunning.facts import CardHistory, Policy, Try
from billing.rules.dunning.limits import ceilings_of, earliest_allowed, network_ceiling, strictest_ceiling
from tests.billing.rules.dunning.cases import NOON, card, policy, unhurried

HOUR, DAY, MONTH = timedelta(hours=1), timedelta(hours=24), timedelta(days=30)
LAX = policy(max_24h=99, max_30d=99)


def allowed(history: CardHistory, *, rules: Policy = LAX, at: datetime = NOON, amount: int = 2900) -> datetime | None:
    return earliest_allowed(history, at=at, amount_minor=amount, currency="eur", policy=rules)


def every(gap: timedelta, number: int, *, until: datetime = NOON) -> list[datetime]:
    """`number` moments, the last one `gap` before `until`."""
    return [until - gap * back for back in range(number, 0, -1)]


@pytest.mark.parametrize("brand", ["visa", "mastercard", "amex", "discover", ""])
def test_no_card_is_tried_more_than_seven_times_a_day(brand: str) -> None:
    moments = every(HOUR, 7)

    assert allowed(card(*moments[1:], brand=brand)) == NOON
    assert allowed(card(*moments, brand=brand)) == moments[0] + DAY


def test_no_visa_card_is_tried_more_than_fifteen_times_in_thirty_days() -> None:
    moments = every(DAY, 15)

    assert allowed(card(*moments[1:])) == NOON
    assert allowed(card(*moments)) == moments[0] + MONTH
    assert allowed(card(*moments, brand="mastercard")) == NOON


def test_no_mastercard_is_tried_more_than_35_times_in_thirty_days_for_the_same_sum() -> None:
    moments = every(timedelta(hours=20), 35)
    history = card(*moments, brand="mastercard")

    assert allowed(history) == moments[0] + MONTH
    assert allowed(history, amount=2901) == NOON
    assert earliest_allowed(history, at=NOON, amount_minor=2900, currency="usd", policy=LAX) == NOON


@pytest.mark.parametrize(("brand", "day", "month"), [("visa", 7, 15), ("mastercard", 7, 35), ("amex", 7, None)])
def test_the_ceilings_by_brand(brand: str, day: int, month: int | None) -> None:
    assert network_ceiling(brand, window=DAY) == day
    assert network_ceiling(brand, window=MONTH) == month


def test_no_policy_may_allow_more_than_the_least_of_all_ceilings() -> None:
    assert strictest_ceiling(DAY) == 7
    assert strictest_ceiling(MONTH) == 15


def test_a_policy_may_be_stricter() -> None:
    rules = policy(max_24h=1, max_30d=3)

    assert allowed(card(NOON - HOUR), rules=rules) == NOON + 23 * HOUR
    assert allowed(card(*every(DAY, 3)), rules=rules) == NOON + timedelta(days=27)


def test_a_try_counts_until_its_window_is_over_and_not_longer() -> None:
    rules = policy(max_24h=1)

    assert allowed(card(NOON - DAY), rules=rules) == NOON
    assert allowed(card(NOON - DAY + timedelta(seconds=1)), rules=rules) == NOON + timedelta(seconds=1)


def test_tries_that_others_made_after_the_planned_moment_count() -> None:
    assert allowed(card(NOON + HOUR), rules=policy(max_24h=1)) == NOON + HOUR + DAY


def test_a_blocked_card_is_never_allowed() -> None:
    assert allowed(card(is_blocked=True)) is None


def test_a_policy_that_allows_nothing_is_never_allowed() -> None:
    assert allowed(card(), rules=replace(LAX, max_30d=0)) is None


def test_what_is_allowed_in_more_than_thirty_days_only_is_not_allowed() -> None:
    assert allowed(card(NOON + HOUR), rules=policy(max_30d=1)) is None
    assert allowed(card(NOON), rules=policy(max_30d=1)) == NOON + MONTH


histories = st.builds(
    CardHistory,
    brand=st.sampled_from(["visa", "mastercard", "amex"]),
    tries=st.lists(
        st.builds(
            Try,
            at=st.integers(0, 30 * 24 * 60).map(lambda minutes: NOON - timedelta(minutes=minutes)),
            amount_minor=st.sampled_from([2900, 100]),
            currency=st.just("eur"),
        ),
        max_size=60,
    ).map(tuple),
)
policies = st.builds(policy, max_24h=st.integers(1, 9), max_30d=st.integers(1, 40))


def keeps_all_limits(history: CardHistory, *, at: datetime, rules: Policy) -> bool:
    """Whether a try at `at` and those before it keep every limit, counted one by one."""
    windows = [(rules.max_24h, DAY, False), (rules.max_30d, MONTH, False)]
    windows += [(each.count, each.window, each.is_per_amount) for each in ceilings_of(history.brand)]
    for most, window, is_per_amount in windows:
        young = [each for each in history.tries if each.at > at - window]
        like = [each for each in young if each.amount_minor == 2900 or not is_per_amount]
        if len(like) + 1 > most:
            return False
    return True


@unhurried
@given(history=histories, rules=policies)
def test_the_moment_keeps_all_limits_and_no_earlier_one_does(history: CardHistory, rules: Policy) -> None:
    earliest = allowed(history, rules=rules)

    assert earliest is not None
    assert keeps_all_limits(history, at=earliest, rules=rules)
    assert earliest == NOON or not keeps_all_limits(history, at=earliest - timedelta(seconds=1), rules=rules)
    assert keeps_all_limits(history, at=NOON, rules=rules) == (earliest == NOON)
