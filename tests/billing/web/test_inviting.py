"""An invitation that needs a seat names its price first; without a seat to be had it is refused with the way out."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Invitation
from billing.gateway.client import client as stripe
from billing.models import Price
from tests.billing.services.seats import choose, let_join, quantity_at_stripe
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/team/invitations/"


@pytest.fixture
def browser(shop: Shop) -> Client:
    browser = Client()
    browser.force_login(shop.owner)
    return browser


def send(browser: Client, email: str = "new@oakline.example", **more: str):
    values = {"email": email, "role": "member", "request_key": str(uuid4()), **more}
    return browser.post(ADDRESS, values)


def test_a_free_seat_is_filled_without_a_question(shop: Shop, team: Price, browser) -> None:
    shop.subscribe(price=team)

    assert send(browser).status_code == 302
    assert Invitation.objects.count() == 1


def test_an_invitation_that_needs_a_seat_names_its_price_and_sends_nothing(shop: Shop, team: Price, browser) -> None:
    let_join(shop, 2)
    subscription = shop.subscribe(price=team)
    shop.advance("P15D")

    page = send(browser)

    assert "This adds a seat" in words(page)
    assert "€16.00 a month" in words(page)
    assert re.search(r"if they join today €(7|8)\.\d\d", words(page))  # Half a month, be it of 28 days or of 31.
    assert Invitation.objects.count() == 0
    assert quantity_at_stripe(subscription) == 3


def test_once_the_price_is_accepted_it_is_sent_once(shop: Shop, team: Price, browser) -> None:
    let_join(shop, 2)
    shop.subscribe(price=team)
    fields = form_fields(send(browser), action=ADDRESS)

    first, again = browser.post(ADDRESS, fields), browser.post(ADDRESS, fields)

    assert (first.status_code, again.status_code) == (302, 302)
    assert Invitation.objects.get().email == "new@oakline.example"


def test_open_invitations_count_and_another_one_is_another_price(shop: Shop, team: Price, browser) -> None:
    let_join(shop, 1)
    shop.subscribe(price=team)
    assert send(browser, "third@oakline.example").status_code == 302

    fields = form_fields(send(browser, "fourth@oakline.example"), action=ADDRESS)
    fifth = form_fields(send(browser, "fifth@oakline.example"), action=ADDRESS)
    browser.post(ADDRESS, fields)
    page = browser.post(ADDRESS, fifth)

    assert "The team has changed since you saw the price" in words(page)
    assert Invitation.objects.count() == 2
    assert browser.post(ADDRESS, form_fields(page, action=ADDRESS)).status_code == 302


def test_somebody_who_is_known_is_no_question_of_price(shop: Shop, team: Price, browser) -> None:
    let_join(shop, 2)
    shop.subscribe(price=team)

    page = send(browser, shop.owner.email)

    assert "is in Oakline Studio already" in words(page)
    assert "This adds a seat" not in words(page)


def test_without_sync_a_full_team_is_refused_with_the_way_out(shop: Shop, team: Price, browser, settings) -> None:
    settings.SEATS_SYNC = "off"
    let_join(shop, 2)
    shop.subscribe(price=team)

    refused = send(browser)
    choose(shop, 4)

    assert refused.status_code == 402
    assert "All 3 paid seats are taken" in words(refused)
    assert "Add seats under Billing first" in words(refused)
    assert send(browser).status_code == 302


def test_in_a_trial_the_first_charge_is_named(shop: Shop, team: Price, browser) -> None:
    team.plan.trial_days = 14
    team.plan.save()
    let_join(shop, 2)
    shop.subscribe(price=team)

    assert "Nothing, it is your trial" in words(send(browser))


def test_a_state_in_which_no_seat_can_be_had_refuses_the_invitation(shop: Shop, team: Price, browser) -> None:
    let_join(shop, 2)
    subscription = shop.subscribe(price=team)
    stripe().v1.subscriptions.update(subscription.stripe_subscription_id, params={"cancel_at_period_end": True})
    shop.look_at(subscription)

    page = send(browser)

    assert page.status_code == 409
    assert "take the cancellation back first" in words(page)
    assert Invitation.objects.count() == 0


def test_when_stripe_is_silent_nothing_is_sent_and_it_can_be_tried_again(shop: Shop, team: Price, browser) -> None:
    let_join(shop, 2)
    shop.subscribe(price=team)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "GET", "path": "/v1/subscriptions/*"})

    page = send(browser)

    assert page.status_code == 503
    assert "Nothing was charged" in words(page)
    assert Invitation.objects.count() == 0
    assert "This adds a seat" in words(send(browser))


def test_the_team_page_says_how_many_seats_are_used(shop: Shop, team: Price, browser) -> None:
    let_join(shop, 1)
    shop.subscribe(price=team)
    member = Client()
    member.force_login(MembershipFactory(organization=shop.organization, role="member").user)

    assert "3 of 3 seats paid" in words(browser.get("/team/"))
    assert "Change seats" in words(browser.get("/team/"))
    assert "Change seats" not in words(member.get("/team/"))
