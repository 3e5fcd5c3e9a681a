"""Which mail follows a failed try: first told, only you can go on, or nothing."""

from datetime import timedelta

import pytest

from billing.rules.dunning.messages import (
    NO_CARD,
    ONLY_YOU,
    Message,
    hides_reason,
    message_after_decline,
    message_without_decline,
)
from billing.terms import CaseStep

NOW, LATER = timedelta(0), timedelta(hours=72)
FAILED, CUSTOMER = CaseStep.FAILED, CaseStep.CUSTOMER
KEYS = ("funds", "auth", "fix", "expired", "unsupported", "retrying", "generic", "cancelled_auth")


def after(
    key: str, *, why: str = "", told: str = "", is_first: bool = True, delay: timedelta = NOW
) -> Message | None:
    return message_after_decline(key, delay=delay, why=why, told=told, is_first_failure=is_first)


@pytest.mark.parametrize("key", [key for key in KEYS if key != "retrying"])
@pytest.mark.parametrize("why", ["", "needs_customer", "blocked", "budget"])
def test_a_first_failure_is_told_at_once(key: str, why: str) -> None:
    assert after(key, why=why) == Message(FAILED, key)


def test_what_passes_by_itself_is_told_when_it_fails_again() -> None:
    assert after("retrying") is None
    assert after("retrying", is_first=False) == Message(FAILED, "retrying")


@pytest.mark.parametrize("why", ["budget", "limit", "deadline", "observed"])
def test_what_is_not_tried_again_is_told_the_first_time(why: str) -> None:
    assert after("retrying", why=why) == Message(FAILED, "retrying")


def test_a_delay_of_the_table_is_kept() -> None:
    assert after("generic", delay=LATER) == Message(FAILED, "generic", LATER)


@pytest.mark.parametrize("key", ["funds", "retrying"])
def test_further_failures_are_silent_while_it_is_tried_again(key: str) -> None:
    assert after(key, told=FAILED, is_first=False) is None


@pytest.mark.parametrize("why", ["budget", "limit", "deadline", "observed"])
def test_who_is_left_alone_with_it_is_told(why: str) -> None:
    assert after("funds", why=why, told=FAILED, is_first=False) == Message(CUSTOMER, ONLY_YOU)


@pytest.mark.parametrize("key", ["auth", "fix", "expired", "unsupported"])
def test_a_later_reason_has_its_own_words(key: str) -> None:
    assert after(key, why="needs_customer", told=FAILED, is_first=False) == Message(CUSTOMER, key)


@pytest.mark.parametrize("why", ["", "blocked", "budget", "needs_customer", "mandate"])
@pytest.mark.parametrize("told", ["", FAILED])
def test_a_hidden_reason_leads_to_the_same_mail_whatever_follows(why: str, told: str) -> None:
    assert after("generic", why=why, told=told) == Message(CUSTOMER if told else FAILED, "generic")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("why", ["", "blocked", "budget"])
def test_nothing_is_told_a_third_time(key: str, why: str) -> None:
    assert after(key, why=why, told=CUSTOMER) is None
    assert message_without_decline(why, told=CUSTOMER) is None


def test_a_missing_card_is_told_once_its_charge_could_have_come() -> None:
    assert message_without_decline("no_charge", told="") == Message(FAILED, NO_CARD, timedelta(minutes=15))
    assert message_without_decline("no_card", told="") == Message(FAILED, NO_CARD)
    assert message_without_decline("card_unusable", told=FAILED) == Message(CUSTOMER, NO_CARD)


def test_a_try_that_was_not_sent_leaves_the_customer_alone_with_it() -> None:
    assert message_without_decline("limit", told=FAILED) == Message(CUSTOMER, ONLY_YOU)


@pytest.mark.parametrize("told", ["", FAILED])
def test_who_is_about_to_be_let_off_is_asked_for_nothing(told: str) -> None:
    assert message_without_decline("forgiving", told=told) is None


def test_two_keys_hide_their_reason() -> None:
    assert [key for key in KEYS if hides_reason(key)] == ["generic", "cancelled_auth"]
