"""Whose name, e-mail or address holds."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.errors import InvalidInput
from billing.rules.customer_details import Decision, PostalAddress, Sides, both_changed, check_details, decide

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
EARLIER, LATER = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("sides", "decision"),
    [
        (Sides("A", "A"), Decision.AGREED),
        (Sides("B", "A", agreed="A"), Decision.SEND),
        (Sides("A", "B", agreed="A"), Decision.TAKE_OVER),
        (Sides("B", "C", agreed="A", ours_changed_at=NOON, theirs_changed_at=LATER), Decision.TAKE_OVER),
        (Sides("B", "C", agreed="A", ours_changed_at=NOON, theirs_changed_at=EARLIER), Decision.SEND),
        (Sides("B", "C", agreed="A", ours_changed_at=NOON, theirs_changed_at=NOON), Decision.SEND),
        (Sides("B", "C", ours_changed_at=NOON), Decision.SEND),
        (Sides("B", "C", theirs_changed_at=NOON), Decision.TAKE_OVER),
        (Sides("B", "C"), Decision.LEAVE),
        (Sides("", "C"), Decision.TAKE_OVER),
        (Sides("B", ""), Decision.SEND),
        (Sides("A", "", agreed="A"), Decision.SEND),
    ],
)
def test_the_side_that_changed_holds_and_of_two_the_later(sides: Sides, decision: Decision) -> None:
    assert decide(sides) == decision


def test_an_address_that_was_removed_at_stripe_is_removed_here() -> None:
    oak = PostalAddress(line1="Oak Street 1", country="DE")

    assert decide(Sides(oak, PostalAddress(), agreed=oak), may_be_empty=True) == Decision.TAKE_OVER
    assert decide(Sides(oak, PostalAddress()), may_be_empty=True) == Decision.SEND


@pytest.mark.parametrize(
    ("sides", "asks"),
    [
        (Sides("B", "C", agreed="A"), True),
        (Sides("B", "C"), True),
        (Sides("B", "B", agreed="A"), False),
        (Sides("A", "C", agreed="A"), False),
        (Sides("B", "A", agreed="A"), False),
        (Sides("", "C"), False),
    ],
)
def test_stripe_is_asked_for_the_time_only_where_both_changed(sides: Sides, asks: bool) -> None:
    assert both_changed(sides) is asks


@pytest.mark.parametrize(
    ("name", "address", "field"),
    [
        ("", PostalAddress(), "name"),
        ("x" * 121, PostalAddress(), "name"),
        ("Oak", PostalAddress(line1="Oak Street 1"), "country"),
        ("Oak", PostalAddress(line1="Oak Street 1", country="de"), "country"),
        ("Oak", PostalAddress(city="x" * 101, country="DE"), "city"),
    ],
)
def test_what_cannot_stand_on_an_invoice_is_refused_at_its_field(name: str, address, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_details(name=name, address=address)

    assert refusal.value.details["field"] == field
