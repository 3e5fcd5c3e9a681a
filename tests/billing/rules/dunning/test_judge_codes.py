"""Every code of the decline table, under every advice of Stripe."""

from datetime import timedelta

import pytest

from billing.rules.dunning.facts import Decline, Verdict
from billing.rules.dunning.judge import judge
from billing.terms import BlockReach
from tests.billing.rules.dunning.decline_table import FOR_STAFF, REVEALING, ROWS

HARD = ("hard", "fraud")
Row = tuple[str, str, int, list[int], str, str, str, int]
each_code = pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])


def hours(verdict: Verdict) -> list[float]:
    return [wait / timedelta(hours=1) for wait in verdict.waits]


def words(verdict: Verdict) -> tuple[str, timedelta, bool]:
    return verdict.message_key, verdict.message_delay, verdict.reveals_reason


@each_code
@pytest.mark.parametrize("advice", ["", "an_advice_of_next_year"])
def test_without_advice_the_table_rules(row: Row, advice: str) -> None:
    code, decline_class, retries, waits, slot, block, message, delay = row

    verdict = judge(Decline(code, advice_code=advice))

    assert (verdict.decline_class, verdict.code) == (decline_class, code)
    assert (verdict.max_retries, hours(verdict), verdict.slot) == (retries, waits, slot)
    assert (verdict.block or "") == block
    assert words(verdict) == (message, timedelta(hours=delay), message in REVEALING)
    assert verdict.network_wait is None
    assert verdict.alerts_staff == (code in FOR_STAFF)
    assert verdict.is_known == (code != "*unknown*")
    assert verdict.ends_mandate == (block == "mandate")


@each_code
def test_advice_to_try_later_adds_a_day_and_lifts_nothing(row: Row) -> None:
    code = row[0]

    verdict = judge(Decline(code, advice_code="try_again_later"))

    assert verdict.network_wait == timedelta(hours=24)
    plain = judge(Decline(code))
    assert (verdict.decline_class, verdict.max_retries, verdict.waits, verdict.block) == (
        plain.decline_class,
        plain.max_retries,
        plain.waits,
        plain.block,
    )
    assert words(verdict) == words(plain)


@each_code
def test_advice_to_confirm_the_card_ends_the_retries(row: Row) -> None:
    code, decline_class, _, _, _, block, message, delay = row

    verdict = judge(Decline(code, advice_code="confirm_card_data"))

    assert (verdict.max_retries, verdict.waits, verdict.slot) == (0, (), "none")
    assert (verdict.block or "") == block
    if decline_class in ("soft", "technical"):
        assert verdict.decline_class == "needs_customer"
        assert words(verdict) == ("fix", timedelta(0), True)
    else:
        assert verdict.decline_class == decline_class
        assert words(verdict) == (message, timedelta(hours=delay), message in REVEALING)


@each_code
def test_advice_never_to_try_again_blocks_the_card(row: Row) -> None:
    code, decline_class, _, _, _, block, message, delay = row

    verdict = judge(Decline(code, advice_code="do_not_try_again"))

    assert (verdict.max_retries, verdict.waits, verdict.slot) == (0, (), "none")
    assert verdict.block == (block or BlockReach.CARD)
    if decline_class in HARD:
        assert verdict.decline_class == decline_class
        assert words(verdict) == (message, timedelta(hours=delay), message in REVEALING)
    else:
        assert verdict.decline_class == "hard"
        assert words(verdict) == ("generic", timedelta(0), False)


@each_code
def test_a_bank_that_asks_for_the_customer_gets_the_customer(row: Row) -> None:
    code, decline_class, _, _, _, block, message, delay = row

    verdict = judge(Decline(code, asks_customer=True))

    assert (verdict.block or "") == block
    if decline_class in HARD:
        assert verdict.decline_class == decline_class
        assert words(verdict) == (message, timedelta(hours=delay), message in REVEALING)
    else:
        assert (verdict.decline_class, verdict.customer_action) == ("needs_customer", "authenticate")
        assert words(verdict) == ("auth", timedelta(0), True)
        assert not verdict.may_retry
