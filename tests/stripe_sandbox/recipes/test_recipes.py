"""Each recipe runs, its event is recorded, and the event tells the state that the API shows."""

import json
from pathlib import Path
from typing import Any

import pytest

from stripe_sandbox import API_VERSION
from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.recipes import catalogue, customers, invoices, payments, subscriptions
from tests.stripe_sandbox.recipes.chain import before_update, states_since
from tests.stripe_sandbox.recipes.outside import OUTSIDE
from tests.stripe_sandbox.recipes.table import RECIPES, Recipe

CHAPTERS = (catalogue, customers, invoices, payments, subscriptions)
TRIGGERS = 118
PATHS = {"invoiceitem": "invoiceitems", "checkout.session": "checkout/sessions"}
# Stripe has no call that shows these by their id.
NEVER_RETRIEVED = {"discount", "billing_portal.session"}


def events_of(driver: Driver) -> list[dict[str, Any]]:
    """All events as they are, oldest first."""
    page = driver.call("GET", "/v1/events", {"limit": 100}).body
    assert not page["has_more"]
    return list(reversed(page["data"]))


def about(events: list[dict[str, Any]], kind: str, object_id: str) -> list[dict[str, Any]]:
    """Those of the events that tell of this object; a plan and its price share an id."""
    return [
        event
        for event in events
        if (event["data"]["object"]["object"], event["data"]["object"].get("id")) == (kind, object_id)
    ]


def shown_now(driver: Driver, seen: dict[str, Any]) -> dict[str, Any]:
    """What the API shows of this object now; for a deleted one what it showed last."""
    kind = seen["object"]
    if kind in NEVER_RETRIEVED:
        return seen
    folder = PATHS.get(kind, kind.replace(".", "/") + "s")
    reply = driver.call("GET", f"/v1/{folder}/{seen['id']}")
    is_gone = reply.status == 404 or reply.body.get("deleted", False)
    return seen if is_gone else reply.body


def plain(thing: Any) -> dict[str, Any]:
    """An object of the SDK as the API sent it: decimals are texts there."""
    told: dict[str, Any] = json.loads(json.dumps(getattr(thing, "to_dict", lambda: thing)(), default=str))
    return told


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: recipe.name)
def test_a_recipe_ends_in_its_event_with_the_state_the_api_shows(driver: Driver, recipe: Recipe) -> None:
    seen = plain(recipe.flow(driver))

    events = events_of(driver)
    ours = about(events, seen["object"], seen["id"])
    named = [event for event in ours if event["type"] == recipe.event]
    assert named, [event["type"] for event in events]
    now = shown_now(driver, seen)
    assert named[-1]["data"]["object"] in states_since(ours, ours.index(named[-1]), now=now)


@pytest.mark.parametrize(
    "recipe",
    [recipe for recipe in RECIPES.values() if recipe.event.endswith(".updated")],
    ids=lambda recipe: recipe.name,
)
def test_an_update_names_what_the_event_before_showed(driver: Driver, recipe: Recipe) -> None:
    seen = plain(recipe.flow(driver))

    events = events_of(driver)
    index = max(place for place, event in enumerate(events) if event["type"] == recipe.event)
    event = events[index]
    old_values = event["data"]["previous_attributes"]
    assert event["data"]["object"]["id"] == seen["id"]
    assert old_values
    # What takes another's place has another id; a twin tells the same under another name.
    told_id = old_values.get("id", seen["id"])
    told = about(events[:index], seen["object"], told_id)
    assert before_update(event) in [each["data"]["object"] for each in told if each["data"] != event["data"]][-1:]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: recipe.name)
def test_every_event_of_a_recipe_has_the_whole_envelope(driver: Driver, recipe: Recipe) -> None:
    recipe.flow(driver)

    for event in events_of(driver):
        assert event.keys() == {
            "id",
            "object",
            "api_version",
            "created",
            "data",
            "livemode",
            "pending_webhooks",
            "request",
            "type",
        }
        assert (event["object"], event["api_version"], event["livemode"]) == ("event", API_VERSION, False)
        assert event["request"].keys() == {"id", "idempotency_key"}
        assert event["data"]["object"].get("livemode", False) is False


def test_the_published_figures_are_those_of_the_recipes() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    other_way = sum(recipe.differs is not None for recipe in RECIPES.values())

    assert f"| {TRIGGERS} | {len(RECIPES)} | {other_way} | {len(OUTSIDE)} |" in docs


def test_each_trigger_is_a_recipe_or_has_a_reason() -> None:
    written = {
        name for name, recipe in RECIPES.items() if recipe.flow.__module__ in {each.__name__ for each in CHAPTERS}
    }

    assert written == set(RECIPES)
    assert not written & set(OUTSIDE)
    assert len(written) + len(OUTSIDE) == TRIGGERS
