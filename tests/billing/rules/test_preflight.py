"""What a look at the account means, for who lets Stripe collect and for who wants to do it."""

from dataclasses import replace

import pytest

from billing.rules.preflight import SWITCHES_FOR_OWN, AccountSeen, Mark, checks_of, may_confirm
from billing.rules.stripe_account import Endpoint, EndpointChoice

SOUND = AccountSeen(
    account_id="acct_1",
    known_account_id="acct_1",
    mode="test",
    api_version="v1",
    pinned_api_version="v1",
    endpoint_url="https://billing.example.com/webhooks/stripe/",
    endpoint=EndpointChoice(Endpoint("we_1", "v1", ("invoice.paid",), True), False, ()),
)
MISSING = EndpointChoice(None, False, ("we_old",))
LACKING = EndpointChoice(Endpoint("we_1", "v1", (), True), True, ())


def marks(seen: AccountSeen, *, wants_own: bool) -> dict[str, Mark]:
    return {check.name: check.mark for check in checks_of(seen, wants_own=wants_own)}


@pytest.mark.parametrize("wants_own", [True, False])
def test_a_sound_account_may_be_confirmed(wants_own: bool) -> None:
    checks = checks_of(SOUND, wants_own=wants_own)

    assert may_confirm(checks)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"known_account_id": "acct_2"}, "account"),
        ({"api_version": "v2"}, "api_version"),
        ({"endpoint": MISSING}, "webhook_endpoint"),
        ({"endpoint": LACKING}, "webhook_endpoint"),
        ({"retried_invoice_ids": ("in_1",)}, "stripe_retries"),
    ],
)
def test_each_fault_forbids_a_confirmation(changes: dict, fault: str) -> None:
    found = marks(replace(SOUND, **changes), wants_own=True)

    assert [name for name, mark in found.items() if mark == Mark.FAULT] == [fault]


def test_retries_of_stripes_are_as_they_should_be_while_we_watch() -> None:
    assert marks(replace(SOUND, retried_invoice_ids=("in_1",)), wants_own=False)["stripe_retries"] == Mark.OK


@pytest.mark.parametrize("field", ["ended_subscription_ids", "unpaid_subscription_ids"])
def test_what_stripe_ended_before_is_told_and_forbids_nothing(field: str) -> None:
    checks = checks_of(replace(SOUND, **{field: ("sub_1", "sub_2", "sub_3", "sub_4")}), wants_own=True)

    (told,) = [check.says for check in checks if check.name == "final_action"]
    assert "sub_1, sub_2, sub_3 and 1 more" in told
    assert may_confirm(checks)


def test_an_account_without_a_failure_proves_nothing() -> None:
    assert marks(SOUND, wants_own=True)["stripe_retries"] == Mark.NOTE


def test_an_address_that_stripe_cannot_reach_is_a_note() -> None:
    assert marks(replace(SOUND, endpoint=None), wants_own=True)["webhook_endpoint"] == Mark.NOTE


def test_a_bound_that_was_reached_is_told() -> None:
    assert "reading" in marks(replace(SOUND, is_cut=True), wants_own=True)


def test_every_switch_says_where_what_and_why() -> None:
    assert all(switch.where and switch.value and switch.why for switch in SWITCHES_FOR_OWN)
