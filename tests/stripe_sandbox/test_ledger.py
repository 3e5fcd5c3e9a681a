"""Money in equals money out: whatever is paid, refunded and disputed, the balance is the sum of its parts."""

from typing import Any

import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.money import balance_minor, entries, pay

ACTS = st.one_of(
    st.tuples(st.just("refund"), st.integers(min_value=1, max_value=5000)),
    st.tuples(st.just("fail"), st.just(0)),
    st.tuples(st.just("dispute"), st.integers(min_value=1, max_value=5000)),
    st.tuples(st.sampled_from(["win", "lose", "answer", "close"]), st.just(0)),
    st.tuples(st.just("advance"), st.integers(min_value=1, max_value=30)),
)


def perform(driver: Driver, charge: Any, act: str, number: int) -> None:
    """One step of somebody's; what Stripe or the controls refuse changes nothing."""
    if act == "advance":
        driver.advance(f"P{number}D")
        return
    if act == "dispute":
        driver.control("POST", "disputes", {"charge": charge.id, "amount": number})
        return
    try:
        if act == "refund":
            driver.sdk().refunds.create({"charge": charge.id, "amount": number})
        for dispute in driver.sdk().disputes.list().data:
            if act in {"win", "lose"}:
                driver.control("POST", f"disputes/{act}", {"dispute": dispute.id})
            elif act == "answer":
                driver.sdk().disputes.update(dispute.id, {"evidence": {"customer_name": "Alice"}})
            elif act == "close":
                driver.sdk().disputes.close(dispute.id)
    except stripe.InvalidRequestError:
        return
    if act == "fail":
        for refund in driver.sdk().refunds.list().data:
            driver.control("POST", "refunds/fail", {"refund": refund.id})


def expected_minor(driver: Driver, charge: Any) -> int:
    """What the merchant has left, told from the objects and not from the entries."""
    left = charge.amount - 152
    left -= sum(
        refund.amount for refund in driver.sdk().refunds.list({"limit": 100}).data if refund.status != "failed"
    )
    for dispute in driver.sdk().disputes.list({"limit": 100}).data:
        left -= 0 if dispute.status == "won" else dispute.amount + 1500
    return int(left)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=7))
def test_balance_is_the_sum_of_what_happened(driver: Driver, acts: list[tuple[str, int]]) -> None:
    driver.sandbox.reset()
    charge = pay(driver)

    for act, number in acts:
        perform(driver, charge, act, number)

    after = driver.sdk().charges.retrieve(charge.id)
    assert balance_minor(driver) == sum(entry.net for entry in entries(driver))
    assert balance_minor(driver) == expected_minor(driver, charge)
    assert all(entry.net == entry.amount - entry.fee for entry in entries(driver))
    assert 0 <= after.amount_refunded <= after.amount_captured
    disputed = sum(each.amount for each in driver.sdk().disputes.list().data if each.status != "won")
    assert after.amount_refunded + disputed <= after.amount_captured


def test_empty_balance_is_nought(driver: Driver) -> None:
    assert balance_minor(driver) == 0


def test_money_is_pending_until_the_seventh_midnight(driver: Driver) -> None:
    pay(driver)
    before = driver.sdk().balance.retrieve()

    driver.advance("P8D")

    after = driver.sdk().balance.retrieve()
    assert (before.available[0].amount, before.pending[0].amount) == (0, 4048)
    assert (after.available[0].amount, after.pending[0].amount) == (4048, 0)


def test_one_card_makes_its_funds_available_at_once(driver: Driver) -> None:
    pay(driver, card="pm_card_bypassPending")

    balance = driver.sdk().balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (4048, 0)


def test_currencies_are_kept_apart(driver: Driver) -> None:
    pay(driver)
    pay(driver, currency="eur", amount=1000)

    assert (balance_minor(driver, "usd"), balance_minor(driver, "eur")) == (4048, 941)
