"""The sandbox's arithmetic and readings, without a server."""

from datetime import UTC, datetime

import pytest

from stripe_sandbox import params
from stripe_sandbox.control.durations import after
from stripe_sandbox.engine.amounts import format_amount, processing_fee_minor
from stripe_sandbox.engine.cards import LISTED_CARDS, card_for_number, card_for_token
from stripe_sandbox.engine.declines import DECLINE_CODES
from stripe_sandbox.engine.periods import boundary, funds_available_at, next_boundary
from stripe_sandbox.errors import ApiError
from stripe_sandbox.store.changes import previous_attributes
from stripe_sandbox.wire.forms import decode


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(("amount", "fee"), [(1000, 59), (1900, 85), (2500, 103), (22500, 683), (25000, 755)])
def test_fee_is_rounded_half_up(amount: int, fee: int) -> None:
    assert processing_fee_minor(amount) == fee


@pytest.mark.parametrize(
    ("steps", "day"), [(1, "2027-02-28"), (2, "2027-03-31"), (3, "2027-04-30"), (13, "2028-02-29")]
)
def test_month_is_clamped_from_the_anchor(steps: int, day: str) -> None:
    moved = boundary(at("2027-01-31T18:29:24"), interval="month", interval_count=1, steps=steps)

    assert moved == at(f"{day}T18:29:24")


def test_recorded_month_has_30_days() -> None:
    start = at("2025-11-10T18:29:24")

    assert next_boundary(start, after=start, interval="month", interval_count=1) - start == 2_592_000


@pytest.mark.parametrize(
    ("interval", "count", "end"),
    [
        ("day", 10, "2027-02-10"),
        ("week", 2, "2027-02-14"),
        ("month", 3, "2027-04-30"),
        ("year", 1, "2028-01-31"),
    ],
)
def test_other_intervals(interval: str, count: int, end: str) -> None:
    start = at("2027-01-31T00:00:00")

    assert next_boundary(start, after=start, interval=interval, interval_count=count) == at(f"{end}T00:00:00")


def test_funds_are_available_at_the_seventh_midnight() -> None:
    assert funds_available_at(1762799365) == 1763337600


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(2500, "usd", "$25.00"), (2500, "jpy", "¥2,500"), (5, "eur", "€0.05"), (123456, "chf", "CHF 1,234.56")],
)
def test_amounts_read_as_in_invoice_lines(amount: int, currency: str, text: str) -> None:
    assert format_amount(amount, currency=currency) == text


def test_every_decline_code_has_a_token_and_a_number() -> None:
    for index, code in enumerate(DECLINE_CODES):
        by_token = card_for_token(f"pm_card_sandbox_{code}")
        by_number = card_for_number(f"400099{index:02d}00000000")
        assert by_token is not None
        assert by_number is not None
        assert by_token.behaviour == by_number.behaviour == f"decline:{code}"


def test_no_other_number_is_a_card() -> None:
    assert card_for_number("4111 1111 1111 1111") is None
    assert card_for_token("pm_card_unknown") is None
    assert {card_for_number(card.number) for card in LISTED_CARDS} == set(LISTED_CARDS)


def test_forms_become_trees() -> None:
    tree = decode("items[0][price]=a&items[1][price]=b&expand[]=x&expand[]=y&metadata[k]=v&name=")

    assert tree == {
        "items": [{"price": "a"}, {"price": "b"}],
        "expand": ["x", "y"],
        "metadata": {"k": "v"},
        "name": "",
    }


@pytest.mark.parametrize("text", ["a=1&a[b]=2", "a[b=1", "[x]=1"])
def test_broken_forms_are_refused(text: str) -> None:
    with pytest.raises(ApiError):
        decode(text)


def test_parameters_become_typed_and_empty_ones_unset() -> None:
    values = params.check(
        "subscription_update",
        decode("cancel_at_period_end=true&default_payment_method=&trial_end=now&days_until_due=7"),
    )

    assert values == {
        "cancel_at_period_end": True,
        "default_payment_method": None,
        "trial_end": "now",
        "days_until_due": 7,
    }


@pytest.mark.parametrize(
    "text", ["cancel_at_period_end=maybe", "items=x", "collection_method=gift", "trial_end=soon"]
)
def test_values_of_the_wrong_kind_are_refused(text: str) -> None:
    with pytest.raises(ApiError):
        params.check("subscription_update", decode(text))


def test_change_names_old_values_nested_by_key_and_lists_whole() -> None:
    before = {"a": 1, "table": {"x": 1, "y": 2}, "list": [1, 2], "same": 0}

    changed = previous_attributes(before, after={"a": 2, "table": {"x": 1, "y": 3}, "list": [1], "same": 0})

    assert changed == {"a": 1, "table": {"y": 2}, "list": [1, 2]}


@pytest.mark.parametrize(
    ("duration", "end"),
    [
        ("P35D", "2027-03-07T00:00:00"),
        ("P1M", "2027-02-28T00:00:00"),
        ("P1Y2M", "2028-03-31T00:00:00"),
        ("PT1H30M5S", "2027-01-31T01:30:05"),
        ("P1W", "2027-02-07T00:00:00"),
    ],
)
def test_durations_reach_as_written(duration: str, end: str) -> None:
    assert after(at("2027-01-31T00:00:00"), duration=duration) == at(end)
