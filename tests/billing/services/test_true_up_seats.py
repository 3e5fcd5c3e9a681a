"""Each night people and billed seats are compared at Stripe: what was lost is found, the rest is told."""

from datetime import timedelta

import pytest

from billing import clock
from billing.gateway.client import client
from billing.models import Price, SeatChange, SeatSync, StaffTask
from billing.services.follow_team import true_up_seats
from tests.billing.services.seats import let_join, quantity_at_stripe
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lost_update_is_found_in_the_night(shop: Shop, team: Price) -> None:
    let_join(shop, 5)
    subscription = shop.subscribe(price=team)
    item = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["items"]["data"][0]
    client().v1.subscription_items.update(item["id"], params={"quantity": 3})  # Our row still says 6.

    true_up_seats(shop.now)

    assert quantity_at_stripe(subscription) == 6
    assert SeatChange.objects.get().origin == "true_up"


def test_the_night_compares_each_team_once(shop: Shop, team: Price) -> None:
    shop.subscribe(price=team)

    assert [true_up_seats(shop.now), true_up_seats(shop.now)] == [1, 0]
    SeatSync.objects.update(trued_up_at=clock.system_now() - timedelta(days=2))
    assert true_up_seats(shop.now) == 1


def test_without_sync_staff_are_told_of_people_without_a_seat_once(shop: Shop, team: Price, settings) -> None:
    settings.SEATS_SYNC = "off"
    subscription = shop.subscribe(price=team)
    let_join(shop, 4)

    for _ in range(2):
        SeatSync.objects.update(trued_up_at=None)
        true_up_seats(shop.now)

    assert quantity_at_stripe(subscription) == 3
    assert StaffTask.objects.get().kind == "seats_short"


def test_more_people_than_the_plan_has_seats_for_are_the_staffs_matter(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    let_join(shop, 22)

    true_up_seats(shop.now)

    assert quantity_at_stripe(subscription) == 20
    assert StaffTask.objects.get().kind == "seats_short"
