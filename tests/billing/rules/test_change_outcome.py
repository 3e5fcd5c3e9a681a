"""What a fetched subscription says of a change of plan: a table of cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from billing.rules.change_outcome import Asked, Seen, outcome_of

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RECORDED = Asked(reference="ours", from_price_id="low", from_quantity=1, price_id="high", quantity=2)
WAITING = replace(RECORDED, is_awaiting_payment=True, pays_until=NOW + timedelta(hours=3))
LATE = replace(WAITING, pays_until=NOW)
BEFORE = Seen(status="active", price_id="low", quantity=1)
HELD = replace(BEFORE, waiting_for="ours")
AFTER = Seen(status="active", price_id="high", quantity=2)


@pytest.mark.parametrize(
    ("asked", "seen", "expected"),
    [
        (RECORDED, BEFORE, None),
        (RECORDED, AFTER, "succeeded"),
        (WAITING, AFTER, "succeeded"),
        (RECORDED, HELD, "awaiting_payment"),
        (WAITING, HELD, "awaiting_payment"),
        (LATE, HELD, "awaiting_payment"),
        (LATE, replace(HELD, invoice_status="void"), "expired"),
        (WAITING, replace(HELD, invoice_status="void"), "canceled"),
        (WAITING, replace(HELD, invoice_status="open"), "awaiting_payment"),
        (WAITING, BEFORE, "canceled"),
        (LATE, BEFORE, "expired"),
        (WAITING, replace(BEFORE, waiting_for="another"), "superseded"),
        (RECORDED, replace(BEFORE, waiting_for="another"), None),
        (WAITING, replace(BEFORE, quantity=5), "superseded"),
        (RECORDED, replace(BEFORE, price_id="highest"), "superseded"),
        (RECORDED, replace(AFTER, quantity=1), "superseded"),
        (WAITING, replace(HELD, status="canceled"), "superseded"),
        (RECORDED, replace(AFTER, status="past_due"), "succeeded"),
    ],
)
def test_outcome(asked: Asked, seen: Seen, expected: str | None) -> None:
    assert outcome_of(asked, seen, now=NOW) == expected
