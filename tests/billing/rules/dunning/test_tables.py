"""The two tables are whole, hold words that we know, and agree with themselves; codes stay text."""

import csv
from collections import Counter
from importlib.resources import files

import pytest

from billing.rules.dunning.tables import (
    ANY_BRAND,
    UNKNOWN,
    Ceiling,
    DeclineRow,
    NetworkRow,
    ceilings,
    decline_row,
    decline_rows,
    network_row,
    network_rows,
)
from billing.terms import BlockReach, DeclineClass, SlotPreference
from tests.billing.rules.dunning.decline_table import FOR_STAFF, REVEALING, ROWS
from tests.billing.rules.dunning.network_table import MASTERCARD, VISA

BY_CODE = sorted(decline_rows().items())
each_row = pytest.mark.parametrize("row", [row for _, row in BY_CODE], ids=[code for code, _ in BY_CODE])


def lines(name: str) -> list[dict[str, str]]:
    text = files("billing.rules.dunning").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_all_58_rows_are_read_and_none_hides_another() -> None:
    kinds = Counter(line["kind"] for line in lines("decline_codes.csv"))

    assert kinds == {"decline_code": 51, "outcome_reason": 6, "fallback": 1}
    assert len(decline_rows()) == len(ROWS) == 58


def test_all_60_rows_of_the_networks_are_read() -> None:
    kinds = Counter((line["network"], line["kind"]) for line in lines("network_rules.csv"))

    assert kinds[("visa", "network_decline_code")] == len(VISA) == 35
    assert kinds[("mastercard", "network_advice_code")] == len(MASTERCARD) == 17
    assert kinds[("stripe", "advice_code")] == 3
    assert len(network_rows()) == 55
    assert len(ceilings()) == 5
    assert kinds.total() == 60


def test_this_suite_has_each_code_once() -> None:
    assert {row[0] for row in ROWS} == set(decline_rows())
    assert {("visa", "network_decline_code", row[0]) for row in VISA} <= set(network_rows())
    assert {("mastercard", "network_advice_code", row[0]) for row in MASTERCARD} <= set(network_rows())


@each_row
def test_class_and_slot_are_words_of_ours(row: DeclineRow) -> None:
    assert row.decline_class in DeclineClass
    assert row.slot in SlotPreference


@each_row
def test_waits_stand_exactly_where_a_retry_is(row: DeclineRow) -> None:
    assert bool(row.waits) == bool(row.max_retries) == (row.slot != SlotPreference.NONE) == (row.wait_max is not None)
    if row.wait_max is not None:
        assert row.wait_min == min(row.waits) or row.code == "insufficient_funds"
        assert row.wait_min <= max(row.waits) <= row.wait_max


@each_row
def test_a_blocked_card_is_never_retried(row: DeclineRow) -> None:
    assert row.block is None or row.max_retries == 0
    assert (row.block is not None) == (
        row.decline_class in (DeclineClass.HARD, DeclineClass.FRAUD)
        and row.code != "previously_declined_do_not_retry"
    )


@each_row
def test_no_row_tells_by_its_words_what_it_may_not_tell(row: DeclineRow) -> None:
    assert row.reveals_reason == (row.message_key in REVEALING)
    assert row.alerts_staff == (row.code in FOR_STAFF)


@each_row
def test_fraud_is_told_in_the_words_and_at_the_moment_of_an_invalid_account(row: DeclineRow) -> None:
    plain = decline_rows()["invalid_account"]

    if row.decline_class == DeclineClass.FRAUD:
        assert (row.message_key, row.message_delay, row.reveals_reason, row.customer_action) == (
            plain.message_key,
            plain.message_delay,
            plain.reveals_reason,
            plain.customer_action,
        )


def test_codes_are_text() -> None:
    assert network_row("mastercard", "network_advice_code", "01") is not None
    assert network_row("mastercard", "network_advice_code", "1") is None
    assert network_row("visa", "network_decline_code", "5C") != network_row("visa", "network_decline_code", "*")
    assert network_row("visa", "network_decline_code", "R0") != network_row("visa", "network_decline_code", "R2")


def test_what_visa_does_not_list_falls_to_its_row_for_the_rest() -> None:
    rest = network_row("visa", "network_decline_code", "ZZ")

    assert isinstance(rest, NetworkRow)
    assert rest.code == "*"
    assert network_row("amex", "network_decline_code", "ZZ") is None


def test_a_code_that_nobody_knows_has_no_row() -> None:
    assert decline_row("brand_new_code") is None
    assert decline_row(UNKNOWN) is not None


def test_the_limits_are_those_of_the_networks_and_ours() -> None:
    found = [
        (each.brand, each.count, each.window.total_seconds() / 3600, each.is_per_amount, each.is_own)
        for each in ceilings()
    ]

    assert sorted(found) == [
        (ANY_BRAND, 7, 24, False, True),
        ("mastercard", 10, 24, False, False),
        ("mastercard", 35, 720, True, False),
        ("visa", 15, 720, False, True),
        ("visa", 20, 720, False, False),
    ]


@pytest.mark.parametrize("own", [each for each in ceilings() if each.is_own])
def test_our_own_limits_lie_below_the_networks(own: Ceiling) -> None:
    theirs = [each for each in ceilings() if not each.is_own and each.window == own.window]

    assert theirs
    assert all(own.count < each.count for each in theirs)


def test_every_block_reach_is_in_use() -> None:
    assert {row.block for row in decline_rows().values()} == {None, *BlockReach}
