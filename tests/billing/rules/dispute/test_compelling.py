"""Whether Visa's Compelling Evidence 3.0 could apply, from our own facts."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.rules.dispute.compelling import Payment, compelling

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def payment(days_before: int, **changed) -> Payment:
    given = {"card": "fp_1", "account_id": "acc", "email": "a@b.example", "ip": "192.0.2.1", **changed}
    return Payment(f"ch_{days_before}", NOW - timedelta(days=days_before), **given)


def judge(*priors: Payment, **changed):
    given = {"brand": "visa", "network_reason_code": "10.4", **changed}
    return compelling(payment(0), priors, **given)


def test_two_payments_from_the_same_address_and_account_count() -> None:
    assert judge(payment(120), payment(364), payment(200)).charges == ("ch_120", "ch_200")


@pytest.mark.parametrize(
    ("priors", "changed"),
    [
        ([payment(119), payment(200)], {}),
        ([payment(365), payment(200)], {}),
        ([payment(150), payment(200, card="fp_2")], {}),
        ([payment(150), payment(200, ip="192.0.2.2")], {}),
        ([payment(150), payment(200, ip="")], {}),
        ([payment(150), payment(200, account_id="", email="")], {}),
        ([payment(150), payment(200)], {"brand": "mastercard"}),
        ([payment(150), payment(200)], {"network_reason_code": "13.1"}),
    ],
)
def test_anything_less_does_not(priors: list[Payment], changed: dict[str, str]) -> None:
    found = judge(*priors, **changed)

    assert not found.could_apply
    assert found.charges == ()
