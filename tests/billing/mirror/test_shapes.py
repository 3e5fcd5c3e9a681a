"""Fields that Stripe moved, in today's shape and in the one before basil, from dicts and from the SDK's objects."""

from datetime import UTC, datetime

import pytest
import stripe

from billing.mirror.shapes import (
    invoice_payment_intent_ids,
    invoice_subscription_id,
    moment,
    subscription_period,
    text,
    value,
)

FEB_1, MAR_1, MAR_31 = 1_769_904_000, 1_772_323_200, 1_774_915_200


def as_sdk_object(body: dict) -> stripe.StripeObject:
    return stripe.StripeObject.construct_from(body, "sk_test_sandbox")


@pytest.fixture(params=[dict, as_sdk_object], ids=["dict", "sdk"])
def given(request):
    """Makes what the mirror is given: a plain dict, or the SDK's object, which has no `.get`."""
    return request.param


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def item(start: int, end: int) -> dict:
    return {"object": "subscription_item", "current_period_start": start, "current_period_end": end}


def test_todays_period_stands_on_the_item(given) -> None:
    subscription = given({"items": {"object": "list", "data": [item(FEB_1, MAR_1)]}})

    assert subscription_period(subscription) == (at(FEB_1), at(MAR_1))


def test_several_items_give_the_widest_period(given) -> None:
    subscription = given({"items": {"data": [item(MAR_1, MAR_31), item(FEB_1, MAR_1)]}})

    assert subscription_period(subscription) == (at(FEB_1), at(MAR_31))


def test_the_period_before_basil_stands_on_the_subscription(given) -> None:
    subscription = given(
        {
            "current_period_start": FEB_1,
            "current_period_end": MAR_1,
            "items": {"data": [{"object": "subscription_item", "price": {"id": "price_1"}}]},
        }
    )

    assert subscription_period(subscription) == (at(FEB_1), at(MAR_1))


def test_the_item_wins_where_both_shapes_are_given(given) -> None:
    subscription = given(
        {"current_period_start": 1, "current_period_end": 2, "items": {"data": [item(FEB_1, MAR_1)]}}
    )

    assert subscription_period(subscription) == (at(FEB_1), at(MAR_1))


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {"data": []}}], ids=str)
def test_a_subscription_without_a_period_has_none(given, body: dict) -> None:
    assert subscription_period(given(body)) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        {"parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}}},
        {"parent": {"subscription_details": {"subscription": {"id": "sub_1", "object": "subscription"}}}},
        {"subscription": "sub_1"},
        {"subscription": {"id": "sub_1", "object": "subscription"}},
        {"parent": None, "subscription": "sub_1"},
    ],
    ids=str,
)
def test_an_invoice_names_its_subscription_in_either_shape(given, body: dict) -> None:
    assert invoice_subscription_id(given(body)) == "sub_1"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"parent": None},
        {"parent": {"type": "quote_details", "subscription_details": None}},
        {"subscription": None},
    ],
    ids=str,
)
def test_an_invoice_of_no_subscription_names_none(given, body: dict) -> None:
    assert invoice_subscription_id(given(body)) == ""


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (
            {
                "payments": {
                    "data": [
                        {"payment": {"type": "payment_intent", "payment_intent": "pi_1"}},
                        {"payment": {"type": "payment_intent", "payment_intent": {"id": "pi_2"}}},
                        {"payment": {"type": "charge", "charge": "ch_1"}},
                    ]
                }
            },
            ["pi_1", "pi_2"],
        ),
        ({"payment_intent": "pi_1"}, ["pi_1"]),
        ({"payment_intent": {"id": "pi_1", "object": "payment_intent"}}, ["pi_1"]),
        ({"payment_intent": None, "payments": {"data": []}}, []),
        ({}, []),
    ],
    ids=str,
)
def test_an_invoice_names_its_payment_intents_in_either_shape(given, body: dict, ids: list[str]) -> None:
    assert invoice_payment_intent_ids(given(body)) == ids


def test_steps_lead_through_keys_and_positions(given) -> None:
    subscription = given({"items": {"data": [{"price": {"id": "price_1"}}]}})

    assert value(subscription, "items", "data", 0, "price", "id") == "price_1"


@pytest.mark.parametrize(
    "path",
    [
        ("absent",),
        ("items", "absent"),
        ("items", "data", 5),
        ("items", "data", "price"),
        ("status", "deeper"),
        ("no", 0),
    ],
)
def test_a_missing_step_is_none_and_no_error(given, path: tuple[str | int, ...]) -> None:
    assert value(given({"status": "active", "items": {"data": []}, "no": None}), *path) is None


def test_text_is_an_id_whether_or_not_the_object_is_expanded(given) -> None:
    charge = given({"customer": "cus_1", "invoice": {"id": "in_1", "object": "invoice"}, "review": None})

    assert [text(charge, name) for name in ("customer", "invoice", "review", "absent")] == ["cus_1", "in_1", "", ""]


def test_seconds_become_an_aware_moment_in_utc(given) -> None:
    charge = given({"created": FEB_1, "paid_at": None})

    assert moment(charge, "created") == datetime(2026, 2, 1, tzinfo=UTC)
    assert moment(charge, "paid_at") is None
