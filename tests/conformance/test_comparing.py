"""The comparison itself: what it lets pass, and above all what it does not."""

from typing import Any

import pytest

from tests.conformance.client import Reply
from tests.conformance.comparing import Comparison
from tests.conformance.recordings import Exchange

MOMENT = 1_762_799_293
SHIFT = 94_608_000
RECORDED: dict[str, Any] = {
    "id": "cus_TOnPTfYVb5cWQv",
    "object": "customer",
    "balance": 0,
    "created": MOMENT,
    "delinquent": False,
    "invoice_settings": {"default_payment_method": None},
    "name": "Ada",
}
OURS = {**RECORDED, "id": "cus_0123456789abcD", "created": MOMENT + SHIFT}


def differences(ours: dict[str, Any], *, status: int = 200, recorded: dict[str, Any] = RECORDED) -> list[str]:
    exchange = Exchange("file", 0, "GET", "/v1/customers/x", [], [], 200, {}, recorded)
    return Comparison(shift_seconds=SHIFT).compare(exchange, Reply(status, {}, ours))[0]


def test_other_ids_and_the_shifted_time_are_the_same_answer() -> None:
    assert differences(OURS) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"balance": 1}, "customer.balance"),
        ({"delinquent": None}, "customer.delinquent"),
        ({"invoice_settings": {}}, "customer.invoice_settings.default_payment_method"),
        ({"name": "Bob"}, "customer.name"),
        ({"created": MOMENT + SHIFT + 60}, "customer.created"),
        ({"surely_no_key_of_stripe": 1}, "customer.surely_no_key_of_stripe"),
        ({"object": "account"}, "customer"),
    ],
)
def test_a_wrong_answer_is_named(change: dict[str, Any], place: str) -> None:
    found = differences({**OURS, **change})

    assert [difference.partition(": ")[0] for difference in found] == [place]


def test_another_status_is_a_difference() -> None:
    assert differences({"error": {"message": "No such customer"}}, status=404)[0].startswith("status")


def test_one_recorded_id_is_always_the_same_of_ours() -> None:
    recorded = {**RECORDED, "default_source": "cus_TOnPTfYVb5cWQv"}

    assert differences({**OURS, "default_source": OURS["id"]}, recorded=recorded) == []
    assert differences({**OURS, "default_source": "cus_another0000001A"}, recorded=recorded) != []
