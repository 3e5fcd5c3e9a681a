"""Whoever speaks, the harder word counts: order of authority, unknown codes, and words that tell a thief nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.rules.dunning.facts import Decline, Verdict
from billing.rules.dunning.judge import choose_code, hardness, judge
from billing.rules.dunning.tables import decline_rows
from billing.terms import BlockReach, DeclineClass
from tests.billing.rules.dunning.cases import unhurried
from tests.billing.rules.dunning.network_table import MASTERCARD, VISA

REACHES = (None, BlockReach.CARD, BlockReach.MANDATE)
codes = st.sampled_from([*decline_rows(), "", "of_next_year", "invoice_payment_intent_requires_action"])
advices = st.sampled_from(["", "do_not_try_again", "confirm_card_data", "try_again_later", "of_next_year"])
visa_codes = st.sampled_from(["", "ZZ", *(row[0] for row in VISA)])
mastercard_codes = st.sampled_from(["", "99", *(row[0] for row in MASTERCARD)])
declines = st.builds(
    Decline,
    code=codes,
    network_decline_code=visa_codes,
    advice_code=advices,
    network_advice_code=mastercard_codes,
    card_brand=st.sampled_from(["", "visa", "mastercard", "amex"]),
    asks_customer=st.booleans(),
)


def assert_not_softer(verdict: Verdict, than: Verdict) -> None:
    assert hardness(verdict.decline_class) >= hardness(than.decline_class)
    assert verdict.max_retries <= than.max_retries
    assert REACHES.index(verdict.block) >= REACHES.index(than.block)
    assert (verdict.network_wait or timedelta(0)) >= (than.network_wait or timedelta(0))
    assert verdict.alerts_staff >= than.alerts_staff


@unhurried
@given(decline=declines, advice=advices, visa=visa_codes, mastercard=mastercard_codes)
def test_one_more_word_never_softens(decline: Decline, advice: str, visa: str, mastercard: str) -> None:
    bare = replace(decline, advice_code="", network_decline_code="", network_advice_code="")
    steps = [
        bare,
        replace(bare, network_decline_code=visa),
        replace(bare, network_decline_code=visa, network_advice_code=mastercard),
        replace(bare, network_decline_code=visa, network_advice_code=mastercard, advice_code=advice),
    ]
    verdicts = [judge(step) for step in steps]
    for softer, harder in zip(verdicts, verdicts[1:], strict=False):
        assert_not_softer(harder, than=softer)


@unhurried
@given(decline=declines)
def test_a_bank_that_asks_never_softens(decline: Decline) -> None:
    bare = judge(replace(decline, asks_customer=False))
    asked = judge(replace(decline, asks_customer=True))

    assert hardness(asked.decline_class) >= hardness(bare.decline_class)
    assert asked.block == bare.block
    assert asked.max_retries == 0 or hardness(asked.decline_class) > hardness(DeclineClass.NEEDS_CUSTOMER)


@unhurried
@given(decline=declines)
@example(Decline("previously_declined_do_not_retry"))
def test_every_verdict_holds_together(decline: Decline) -> None:
    verdict = judge(decline)

    assert verdict.may_retry == bool(verdict.waits)
    assert verdict.block is None or not verdict.may_retry
    assert verdict.reveals_reason == (verdict.message_key not in ("generic", "internal", "cancelled_auth"))
    assert verdict.ends_mandate == (verdict.message_key == "cancelled_auth")


@unhurried
@given(decline=declines)
def test_no_fraud_is_told_from_an_account_that_is_gone(decline: Decline) -> None:
    verdict = judge(decline)

    if verdict.decline_class == DeclineClass.FRAUD and not verdict.ends_mandate:
        plain = judge(Decline("invalid_account"))
        told = ("message_key", "message_delay", "reveals_reason", "customer_action")
        assert [getattr(verdict, name) for name in told] == [getattr(plain, name) for name in told]


@unhurried
@given(code=codes, brand=st.sampled_from(["visa", "mastercard"]), never=st.sampled_from(["04", "R0", "03", "21"]))
def test_a_never_of_the_network_outranks_everything(code: str, brand: str, never: str) -> None:
    decline = Decline(
        code, network_decline_code="04", network_advice_code=never, advice_code="try_again_later", card_brand=brand
    )
    if brand == "mastercard" and never not in ("03", "21"):
        return

    verdict = judge(decline)

    assert verdict.block is not None
    assert not verdict.may_retry


@pytest.mark.parametrize("code", ["", "  ", "code_of_next_year"])
def test_an_unknown_code_gets_one_try_after_three_days_and_a_look_by_staff(code: str) -> None:
    verdict = judge(Decline(code))

    assert (verdict.max_retries, verdict.waits) == (1, (timedelta(hours=72),))
    assert (verdict.is_known, verdict.alerts_staff) == (False, True)
    assert verdict.code == (code.strip() or "*unknown*")


@pytest.mark.parametrize(
    "decline",
    [
        Decline("", asks_customer=True),
        Decline("code_of_next_year", asks_customer=True),
        Decline("invoice_payment_intent_requires_action"),
    ],
)
def test_a_payment_to_confirm_needs_no_code(decline: Decline) -> None:
    verdict = judge(decline)

    assert (verdict.decline_class, verdict.message_key) == ("needs_customer", "auth")
    assert (verdict.is_known, verdict.alerts_staff, verdict.block) == (True, False, None)


def test_the_longest_wait_that_is_ordered_counts() -> None:
    verdict = judge(
        Decline("processing_error", card_brand="mastercard", network_advice_code="30", advice_code="try_again_later")
    )

    assert verdict.network_wait == timedelta(days=10)


@pytest.mark.parametrize(
    ("advice", "decline_class", "block"),
    [
        ("do_not_try_again", "hard", "card"),
        ("confirm_card_data", "needs_customer", None),
        ("try_again_later", "soft", None),
    ],
)
def test_stripes_advice_is_heard_after_the_networks(advice: str, decline_class: str, block: str | None) -> None:
    verdict = judge(Decline("insufficient_funds", card_brand="visa", network_decline_code="51", advice_code=advice))

    assert (verdict.decline_class, verdict.block) == (decline_class, block)
    assert verdict.network_wait == timedelta(hours=24)


@pytest.mark.parametrize(
    ("reason", "decline_code", "expected"),
    [
        ("highest_risk_level", "insufficient_funds", "highest_risk_level"),
        ("low_probability_of_authorization", "stolen_card", "stolen_card"),
        ("generic_decline", "do_not_honor", "generic_decline"),
        ("generic_decline", "invalid_amount", "invalid_amount"),
        ("reason_of_next_year", "expired_card", "expired_card"),
        ("", "expired_card", "expired_card"),
        ("rule", "", "rule"),
        ("reason_of_next_year", "code_of_next_year", "reason_of_next_year"),
        ("", "", ""),
    ],
)
def test_the_outcomes_reason_is_read_first_and_the_harder_wins(reason: str, decline_code: str, expected: str) -> None:
    assert choose_code(reason=reason, decline_code=decline_code) == expected
