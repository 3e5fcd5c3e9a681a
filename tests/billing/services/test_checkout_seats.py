"""A plan that is paid per person is bought for the people who are there."""

import pytest

from billing.errors import NotPerSeat, SeatsAboveMaximum, SeatsBelowMinimum, SeatsBelowUsed
from billing.gateway.client import client
from billing.models import CheckoutIntent, Invoice, Price
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


def let_join(shop: Shop, count: int) -> None:
    MembershipFactory.create_batch(count, organization=shop.organization, role="member")


def test_the_checkout_sells_a_seat_for_each_person(shop: Shop, team: Price) -> None:
    let_join(shop, 4)

    subscription = shop.subscribe(price=team)

    assert subscription.quantity == 5
    assert Invoice.objects.get().total_minor == 5 * 1600


def test_a_small_team_buys_the_fewest_seats(shop: Shop, team: Price) -> None:
    assert shop.start(team).quantity == 3


def test_more_seats_may_be_bought_than_are_used(shop: Shop, team: Price) -> None:
    intent = shop.start(team, seats=9)

    session = client().v1.checkout.sessions.retrieve(str(intent.stripe_session_id))
    assert session["amount_total"] == 9 * 1600


@pytest.mark.parametrize(
    ("seats", "people", "refusal"),
    [(2, 1, SeatsBelowMinimum), (4, 5, SeatsBelowUsed), (21, 5, SeatsAboveMaximum)],
)
def test_a_number_that_cannot_be_sold_opens_nothing(
    shop: Shop, team: Price, seats: int, people: int, refusal: type
) -> None:
    let_join(shop, people - 1)

    with pytest.raises(refusal):
        shop.start(team, seats=seats)

    assert CheckoutIntent.objects.count() == 0


def test_a_plan_for_the_whole_team_has_no_seats(shop: Shop) -> None:
    with pytest.raises(NotPerSeat):
        shop.start(shop.growth, seats=5)


def test_another_number_of_seats_is_another_checkout_and_closes_the_first(shop: Shop, team: Price) -> None:
    first = shop.start(team, seats=5)

    second = shop.start(team, seats=6)

    first.refresh_from_db()
    assert (first.state, second.quantity) == ("expired", 6)
    assert shop.start(team, seats=6).pk == second.pk
