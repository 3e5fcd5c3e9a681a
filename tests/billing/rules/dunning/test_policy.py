"""What a policy may say when it is saved, and what is said to whoever asks for more."""

import json
from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import PolicyRefused
from billing.rules.dunning.facts import LocalWindow
from billing.rules.dunning.policy import STANDARD_BODY, canonical, load_policy, parse_policy, sha256_of
from billing.rules.dunning.tables import decline_rows
from tests.billing.rules.dunning.cases import unhurried

ABSENT = object()


def changed(path: str, value: Any) -> dict[str, Any]:
    body = deepcopy(STANDARD_BODY)
    *parents, name = path.split(".")
    part = body
    for parent in parents:
        part = part[parent]
    if value is ABSENT:
        del part[name]
    else:
        part[name] = value
    return body


def reasons(body: Any) -> tuple[str, ...]:
    with pytest.raises(PolicyRefused) as refusal:
        parse_policy("x", 1, body)
    return refusal.value.reasons


def test_the_standard_policy() -> None:
    rules = parse_policy("standard", 3, STANDARD_BODY)

    assert (rules.key, rules.version) == ("standard", 3)
    assert rules.window == LocalWindow(360, 540)
    assert (rules.max_24h, rules.max_30d, rules.max_retries, rules.customer_retries_max) == (7, 15, 6, 5)
    assert rules.deadline == timedelta(days=21)
    assert (rules.access.read_only_after, rules.access.closed_after) == (timedelta(days=14), timedelta(days=21))
    assert rules.last_notice_before == timedelta(hours=72)
    assert rules.final_action == "cancel"
    assert rules.slots == {}
    assert set(rules.messages) == {row.message_key for row in decline_rows().values()}


def test_a_policy_survives_its_way_through_json() -> None:
    assert parse_policy("x", 1, json.loads(canonical(STANDARD_BODY))) == parse_policy("x", 1, STANDARD_BODY)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("slots", {"soft": [72, 120, 168], "technical": [1]}),
        ("local_window", {"from": "00:00", "to": "24:00"}),
        ("local_window.to", "07:00"),
        ("paydays", None),
        ("paydays", {"*": ["friday"], "DE": ["last_day", "day_31"]}),
        ("deadline_days", 60),
        ("max_retries", 0),
        ("access.read_only_after_days", None),
        ("access.closed_after_days", 14),
        ("messages.internal", "generic"),
        ("messages.retrying", "none"),
        ("final_action", "leave"),
        ("last_notice_hours", 120),
    ],
)
def test_what_may_be_chosen(path: str, value: Any) -> None:
    parse_policy("x", 1, changed(path, value))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("max_24h", 8, "max_24h must lie between 1 and 7"),
        ("max_30d", 16, "max_30d must lie between 1 and 15"),
        ("max_retries", 16, "max_retries must lie between 0 and 15"),
        ("max_24h", 0, "max_24h must lie"),
        ("max_24h", True, "max_24h must be a whole number"),
        ("max_24h", 1.5, "max_24h must be a whole number"),
        ("max_24h", "7", "max_24h must be a whole number"),
        ("min_gap_hours", 0, "min_gap_hours must lie"),
        ("customer_retries_max", 0, "customer_retries_max must lie"),
        ("deadline_days", 0, "deadline_days must lie between 1 and 60"),
        ("deadline_days", 61, "deadline_days must lie between 1 and 60"),
        ("last_notice_hours", 71, "last_notice_hours must lie between 72 and 504"),
        ("last_notice_hours", 505, "last_notice_hours must lie"),
        (
            "access.closed_after_days",
            22,
            "access.closed_after_days must lie between 0 and 21, not after the deadline",
        ),
        ("access.read_only_after_days", 22, "access.read_only_after_days must lie"),
        ("access.read_only_after_days", ABSENT, "access.read_only_after_days is missing"),
        ("final_action", "unpaid", "Stripe sets that state by itself"),
        ("final_action", "pause", "an API that we do not use yet"),
        ("final_action", "downgrade:price_1", "moving to Free is a cancellation"),
        ("final_action", "forget", "final_action must be one of cancel, leave"),
        ("final_action", 1, "final_action must be text"),
        ("local_window", "06:00-09:00", "local_window must be an object"),
        ("local_window.from", "6:00", "local_window.from must be a time such as 06:00"),
        ("local_window.from", "24:30", "local_window.from must be a time"),
        ("local_window.to", "06:59", "local_window must last 60 minutes"),
        ("local_window.to", "05:00", "local_window must last 60 minutes"),
        ("local_window.zone", "UTC", "local_window.zone is not known here"),
        ("paydays", {}, "paydays.* is missing"),
        ("paydays", {"DE": ["day_1"]}, "paydays.* is missing"),
        ("paydays", {"*": []}, "paydays.* must be a list with at least one entry"),
        ("paydays", {"*": ["day_32"]}, "paydays.* has 'day_32'"),
        ("paydays", {"*": [1]}, "paydays.* has 1"),
        ("paydays", {"*": ["day_1"], "de": ["day_1"]}, "paydays.de must be a country's two capital letters"),
        ("paydays", ["day_1"], "paydays must be an object"),
        ("slots", {"soft": [23]}, "slots.soft has 23; a wait is whole hours from 24"),
        ("slots", {"technical": [0]}, "slots.technical has 0"),
        ("slots", {"soft": [721]}, "slots.soft has 721"),
        ("slots", {"soft": [True]}, "slots.soft has True"),
        ("slots", {"soft": []}, "slots.soft must be a list with at least one entry"),
        ("slots", {"hard": [72]}, "slots.hard is no class that is retried"),
        ("slots", {"fraud": [72]}, "slots.fraud is no class that is retried"),
        ("slots", {"medium": [72]}, "slots.medium is no class"),
        ("messages.funds", ABSENT, "messages.funds is missing"),
        ("messages.funds", "none", "messages.funds must name a template"),
        ("messages.funds", "poem", "messages.funds must name one of the templates"),
        ("messages.poem", "funds", "messages.poem is not known here"),
        ("messages.cancelled_auth", "fix", "messages.cancelled_auth must name the template of `generic`"),
        ("messages.generic", "fix", "messages.cancelled_auth must name the template of `generic`"),
        ("color", "blue", "color is not known here"),
    ],
)
def test_what_is_refused_and_why(path: str, value: Any, said: str) -> None:
    assert said in reasons(changed(path, value))[0]


@pytest.mark.parametrize(
    ("path", "value"), [("max_24h", 8), ("final_action", 1), ("paydays", []), ("local_window", ""), ("slots", None)]
)
def test_one_fault_is_one_sentence(path: str, value: Any) -> None:
    assert len(reasons(changed(path, value))) == 1


@pytest.mark.parametrize("name", list(STANDARD_BODY))
def test_no_key_may_be_left_out(name: str) -> None:
    assert f"{name} is missing." in reasons(changed(name, ABSENT))


@pytest.mark.parametrize("body", [None, [], "", 1])
def test_what_is_no_policy_is_refused(body: Any) -> None:
    assert reasons(body)[0] == "The policy must be an object with keys."


def test_all_faults_are_named_at_once() -> None:
    found = reasons(changed("max_24h", 8) | {"final_action": "pause"})

    assert len(found) == 2


def test_a_short_deadline_may_have_its_notice_at_the_beginning() -> None:
    body = changed("deadline_days", 1) | {
        "last_notice_hours": 24,
        "access": {"read_only_after_days": None, "closed_after_days": 1},
    }

    assert parse_policy("x", 1, body).last_notice_before == timedelta(hours=24)


def test_the_hash_is_that_of_the_content() -> None:
    turned = dict(reversed(STANDARD_BODY.items()))

    assert canonical(turned) == canonical(STANDARD_BODY)
    assert sha256_of(turned) == sha256_of(STANDARD_BODY)
    assert sha256_of(changed("max_24h", 6)) != sha256_of(STANDARD_BODY)
    assert len(sha256_of(STANDARD_BODY)) == 64


def test_a_saved_version_is_read_as_it_was_saved() -> None:
    body = changed("slots", {"soft": [48]})

    assert load_policy("x", 1, body) == parse_policy("x", 1, body)


def test_a_saved_version_above_a_lowered_ceiling_keeps_the_ceiling_and_works() -> None:
    rules = load_policy("x", 1, changed("max_24h", 9) | {"max_30d": 20})

    assert (rules.max_24h, rules.max_30d) == (7, 15)


def test_a_saved_version_from_before_a_key_was_known_has_the_standard_for_it() -> None:
    body = changed("messages.unsupported", ABSENT)
    del body["last_notice_hours"]

    assert load_policy("x", 1, body) == parse_policy("x", 1, STANDARD_BODY)


@unhurried
@given(
    st.dictionaries(
        st.sampled_from(list(STANDARD_BODY)),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda each: st.lists(each, max_size=2) | st.dictionaries(st.text(max_size=5), each, max_size=2),
            max_leaves=4,
        ),
    )
)
def test_nonsense_is_refused_and_crashes_nothing(nonsense: dict[str, Any]) -> None:
    with suppress(PolicyRefused):
        rules = parse_policy("x", 1, STANDARD_BODY | nonsense)
        assert rules.max_24h <= 7
        assert rules.access.closed_after <= rules.deadline <= timedelta(days=60)
