"""Seats and changes of plan: each keeps the other, and a plan is billed for its own seats only."""

import pytest

from billing.errors import SeatsAboveMaximum
from billing.models import PlanChange, Price
from billing.services.preview_change import preview_change
from tests.billing.factories import PlanFactory
from tests.billing.planning import plan, sweep
from tests.billing.services.seats import choose, invoices_at_stripe, let_join, preview, quantity_at_stripe
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crew(shop: Shop) -> Price:
    """A seat for €9.00 a month, of a plan below the team's with 2 to 12 seats."""
    return shop.publish(PlanFactory(code="crew", rank=1, minimum_seats=2, maximum_seats=12), amount_minor=900)


def show(shop: Shop, price: Price):
    return preview_change(shop.organization, lookup_key=price.lookup_key, actor=shop.owner, now=shop.now)


def test_a_plan_per_person_is_previewed_for_the_people_who_are_there(shop: Shop, team: Price) -> None:
    let_join(shop, 5)
    shop.subscribe(price=shop.growth)

    assert show(shop, team).quantity == 6


def test_a_plan_for_the_whole_team_is_billed_once_however_many_seats_there_were(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    choose(shop, 7)
    shown = show(shop, shop.growth)
    plan(shop, shown)

    choose(shop, 9)
    shop.look_at(subscription)
    sweep(shop)

    assert shown.quantity == PlanChange.objects.get().quantity == 1
    shop.advance("P36D")
    shop.look_at(subscription)
    assert subscription.stripe_price_id == shop.growth.stripe_price_id
    assert quantity_at_stripe(subscription) == 1


def test_a_team_that_is_too_large_for_the_other_plan_is_told_so(shop: Shop, team: Price, crew: Price) -> None:
    let_join(shop, 12)
    shop.subscribe(price=team)

    with pytest.raises(SeatsAboveMaximum):
        show(shop, crew)


def test_seats_added_while_another_plan_is_planned_count_there_and_are_paid_here(
    shop: Shop, team: Price, crew: Price
) -> None:
    subscription = shop.subscribe(price=team)
    plan(shop, show(shop, crew))
    shop.advance("P10D")
    shown = preview(shop, 5)

    choose(shop, 5)
    shop.look_at(subscription)
    sweep(shop)

    assert quantity_at_stripe(subscription) == 5
    assert (shown.next_at, PlanChange.objects.get().quantity) == (None, 5)
    shop.advance("P26D")
    renewal = invoices_at_stripe(subscription)[0]
    assert renewal["total"] == 5 * 900 + shown.subtotal_minor
    assert 0 < shown.subtotal_minor < 2 * 1600


def test_seats_given_up_while_another_plan_is_planned_are_not_billed_there(
    shop: Shop, team: Price, crew: Price
) -> None:
    subscription = shop.subscribe(price=team)
    choose(shop, 8)
    plan(shop, show(shop, crew))

    choose(shop, 4)
    shop.look_at(subscription)
    sweep(shop)

    assert PlanChange.objects.get().quantity == 4
    shop.advance("P36D")
    shop.look_at(subscription)
    assert (subscription.stripe_price_id, quantity_at_stripe(subscription)) == (crew.stripe_price_id, 4)
