"""The portal and the webhook endpoint that an account must have, and when they count as missing."""

import pytest

from billing.rules.stripe_account import (
    Endpoint,
    choose_endpoint,
    creation_key,
    differs,
    is_reachable,
    portal_content,
)

VERSION = "2026-05-27.dahlia"
EVENTS = ("invoice.paid", "customer.updated")


def endpoint(stripe_endpoint_id: str = "we_1", **changes: object) -> Endpoint:
    values = {"api_version": VERSION, "event_types": EVENTS[::-1], "is_enabled": True, **changes}
    return Endpoint(stripe_endpoint_id, **values)


def test_endpoint_of_the_pinned_version_with_our_events_is_kept():
    choice = choose_endpoint([endpoint()], event_types=EVENTS, api_version=VERSION)

    assert (choice.endpoint, choice.is_to_change, choice.superfluous_ids) == (endpoint(), False, ())


@pytest.mark.parametrize(
    "changes", [{"is_enabled": False}, {"event_types": ("invoice.paid",)}, {"event_types": ("*",)}]
)
def test_switched_off_endpoint_or_other_events_are_to_change(changes):
    assert choose_endpoint([endpoint(**changes)], event_types=EVENTS, api_version=VERSION).is_to_change


def test_endpoint_of_another_version_is_left_and_named_as_superfluous():
    old = endpoint("we_old", api_version="2020-08-27")

    alone = choose_endpoint([old], event_types=EVENTS, api_version=VERSION)
    beside = choose_endpoint([old, endpoint("we_new")], event_types=EVENTS, api_version=VERSION)

    assert (alone.endpoint, alone.superfluous_ids) == (None, ("we_old",))
    assert (beside.endpoint, beside.superfluous_ids) == (endpoint("we_new"), ("we_old",))


@pytest.mark.parametrize(
    ("site_url", "expected"),
    [
        ("https://billing.example.com", True),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
    ],
)
def test_address_of_this_machine_cannot_be_reached_by_stripe(site_url, expected):
    assert is_reachable(site_url) is expected


def test_portal_cannot_switch_plans_nor_change_the_address_for_bills():
    features = portal_content(product_name="Tidewater", site_url="https://x.example")["features"]

    assert features["subscription_update"] == {"enabled": False}
    assert "email" not in features["customer_update"]["allowed_updates"]
    assert features["subscription_cancel"]["mode"] == "at_period_end"


def test_only_named_values_make_a_difference():
    wanted = {"features": {"cancel": {"enabled": True, "options": ["a", "b"]}}}

    assert not differs(
        wanted, found={"id": "bpc_1", "features": {"cancel": {"enabled": True, "options": ["b", "a"], "x": 1}}}
    )
    assert differs(wanted, found={"features": {"cancel": {"enabled": False, "options": ["a", "b"]}}})
    assert differs(wanted, found={"features": {"cancel": {"enabled": True, "options": ["a"]}}})
    assert differs(wanted, found={"features": None})


def test_creation_key_changes_with_the_content_and_with_what_was_made_before():
    keys = {
        creation_key("portal", content={"a": 1}, earlier_ids=[]),
        creation_key("portal", content={"a": 2}, earlier_ids=[]),
        creation_key("portal", content={"a": 1}, earlier_ids=["bpc_1"]),
    }

    assert len(keys) == 3
    assert creation_key("x", content=1, earlier_ids=["b", "a"]) == creation_key(
        "x", content=1, earlier_ids=["a", "b"]
    )
