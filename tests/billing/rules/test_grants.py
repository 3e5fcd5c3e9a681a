"""What the items of a subscription give together, and what staff put in its place: a table, and sums in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from billing.rules.entitlement import AccessInputs, GraceTerms, SubscriptionFacts, decide, next_change
from billing.rules.grants import Grant, ItemFacts, OverrideFacts, PlanFacts, total
from billing.terms import AccessReason

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FREE = PlanFacts("free", "Free", 0, {"projects": Grant(1)})
GROWTH = PlanFacts("growth", "Growth", 2, {"projects": Grant(100), "exports": Grant()})
SCALE = PlanFacts("scale", "Scale", 3, {"projects": Grant(10, is_per_seat=True), "calls": Grant(500)}, has_seats=True)
PACK = PlanFacts("pack", "Pack", 1, {"projects": Grant(25)})
ENDLESS = PlanFacts("endless", "Endless", 1, {"projects": Grant(is_unlimited=True)})


def override(**fields) -> OverrideFacts:
    return OverrideFacts(**{"uuid": "o1", "starts_at": NOW - DAY, "feature": "projects", "grant": Grant(7), **fields})


def inputs(*overrides: OverrideFacts, items: tuple[ItemFacts, ...] = (ItemFacts(GROWTH),), status: str = "active"):
    held = (SubscriptionFacts("sub_1", items[0].plan, status, items=items),) if items else ()
    return AccessInputs(held, None, FREE, GraceTerms(21), overrides)


@pytest.mark.parametrize(
    ("items", "projects"),
    [
        ([ItemFacts(GROWTH)], 100),
        ([ItemFacts(SCALE, 12)], 120),
        ([ItemFacts(GROWTH), ItemFacts(PACK, 3)], 175),
        ([ItemFacts(SCALE, 8), ItemFacts(PACK)], 105),
        ([ItemFacts(GROWTH), ItemFacts(ENDLESS)], None),
    ],
)
def test_items_add_up_times_their_quantity_in_any_order(items: list[ItemFacts], projects: int | None) -> None:
    for order in permutations(items):
        grant = total(order)["projects"]
        assert (grant.limit, grant.is_unlimited) == (projects, projects is None)


def test_of_a_plan_with_seats_only_what_is_per_seat_is_multiplied() -> None:
    assert total([ItemFacts(SCALE, 12)])["calls"].limit == 500


def test_a_flag_of_any_item_is_on() -> None:
    access = decide(inputs(items=(ItemFacts(SCALE, 8), ItemFacts(GROWTH))), NOW)

    assert access.has("exports")
    assert access.limit("projects") == 180


@pytest.mark.parametrize(
    ("grant", "limit", "is_on"),
    [(Grant(500), 500, True), (Grant(is_unlimited=True), None, True), (Grant(0), 0, False), (None, 0, False)],
)
def test_an_override_takes_the_place_of_the_plan(grant: Grant | None, limit: int | None, *, is_on: bool) -> None:
    access = decide(inputs(override(grant=grant)), NOW)

    assert (access.limit("projects"), access.has("projects")) == (limit, is_on)
    assert (access.plan_code, access.has("exports"), access.override_ids) == ("growth", True, ("o1",))


@pytest.mark.parametrize(
    ("fields", "limit"),
    [
        ({"starts_at": NOW}, 7),
        ({"starts_at": NOW + DAY}, 100),
        ({"ends_at": NOW}, 100),
        ({"ends_at": NOW + DAY}, 7),
        ({"ends_at": NOW + DAY, "ended_at": NOW - DAY / 2}, 100),
    ],
)
def test_an_override_counts_from_its_start_up_to_its_end(fields: dict, limit: int) -> None:
    assert decide(inputs(override(**fields)), NOW).limit("projects") == limit


def test_of_two_overrides_of_one_feature_the_later_counts() -> None:
    first, second = override(), override(uuid="o2", starts_at=NOW - DAY / 2, grant=Grant(9))

    for order in permutations((first, second)):
        assert decide(inputs(*order), NOW).limit("projects") == 9


def test_a_comp_gives_a_whole_plan_to_who_pays_nothing() -> None:
    comp = override(feature="", grant=None, plan=SCALE, quantity=20, ends_at=NOW + DAY)

    during, after = (decide(inputs(comp, items=()), at) for at in (NOW, NOW + DAY))

    assert (during.reason, during.limit("projects"), during.until) == (AccessReason.COMP, 200, NOW + DAY)
    assert after.reason == AccessReason.FREE


def test_a_comp_never_lowers_what_is_paid_for() -> None:
    access = decide(inputs(override(feature="", grant=None, plan=PACK)), NOW)

    assert (access.plan_code, access.reason) == ("growth", AccessReason.SUBSCRIPTION)


def test_a_comp_opens_what_an_unpaid_plan_closed() -> None:
    comp = override(feature="", grant=None, plan=GROWTH)

    assert decide(inputs(comp, status="unpaid"), NOW).reason == AccessReason.COMP


def test_the_next_change_is_never_later_than_the_answer_changes() -> None:
    later = override(uuid="o2", starts_at=NOW + 3 * DAY, ends_at=NOW + 4 * DAY, grant=Grant(9))
    held = inputs(override(ends_at=NOW + 2 * DAY), later)
    held = replace(held, subscriptions=(replace(held.subscriptions[0], cancel_at=NOW + 5 * DAY),))

    seen, at = [], NOW
    while (moment := next_change(held, at)) is not None:
        seen.append(moment)
        assert decide(held, moment - timedelta(microseconds=1)) == decide(held, at)
        at = moment

    assert seen == [NOW + days * DAY for days in (2, 3, 4, 5)]
