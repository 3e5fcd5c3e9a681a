"""Pausing a plan and going on, from the pages: what is charged stands there before anything is done."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing.gateway.client import client as stripe_client
from billing.models import PauseRequest
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def pause(browser, **length):
    fields = form_fields(browser.get("/billing/pause/"), action="/billing/pause/")
    return browser.post("/billing/pause/", {**fields, **length})


def test_the_way_is_one_sentence_on_the_cancel_page(shop: Shop, browser) -> None:
    shop.subscribe()

    assert 'href="/billing/pause/"' in browser.get("/billing/cancel/").content.decode()


def test_the_page_says_from_when_for_how_long_and_what_is_charged_then(shop: Shop, browser) -> None:
    shop.subscribe()

    text = words(browser.get("/billing/pause/"))

    for said in ("Pause Scale from", "nothing is charged", "1 month, until", "3 months, until", "€128.00"):
        assert said in text
    assert not PauseRequest.objects.exists()


def test_pausing_and_taking_it_back_leave_the_plan_as_it_was(shop: Shop, browser) -> None:
    subscription = shop.subscribe()

    paused = pause(browser, length="2")
    shop.work_off()
    page = words(browser.get("/billing/"))
    fields = form_fields(browser.get("/billing/resume/"), action="/billing/resume/")
    resumed = browser.post("/billing/resume/", fields)

    subscription.refresh_from_db()
    assert (paused.status_code, resumed.status_code) == (302, 302)
    for said in ("Scale pauses on", "It goes on by itself on", "The pause of Scale begins", "Scale paused."):
        assert said in page
    assert subscription.is_collection_paused is False


def test_later_going_on_names_the_sum_and_charges_it(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    pause(browser, length="3")
    shop.advance("P40D")
    shop.look_at(subscription)

    during = words(browser.get("/billing/"))
    page = browser.get("/billing/resume/")
    fields = form_fields(page, action="/billing/resume/")
    answer = browser.post("/billing/resume/", fields)

    assert "Scale is paused until" in during
    assert "You use Free" in during
    assert "Pay €128.00 and go on" in words(page)
    assert answer.status_code == 302
    assert "Next charge €128.00" in words(browser.get("/billing/"))


def test_another_sum_than_the_one_that_was_seen_charges_nothing(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    pause(browser, length="3")
    shop.advance("P40D")
    shop.look_at(subscription)

    answer = browser.post("/billing/resume/", {"request_key": str(uuid4()), "shown_minor": "100"})

    assert answer.status_code == 409
    assert "amount has changed" in words(answer)
    assert not PauseRequest.objects.filter(action="resume").exists()


def test_a_declined_card_keeps_the_pause_and_says_so(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    pause(browser, length="3")
    shop.advance("P40D")
    stripe, customer_id = stripe_client().v1, subscription.stripe_customer_id
    card = stripe.payment_methods.attach("pm_card_chargeCustomerFail", params={"customer": customer_id})
    stripe.subscriptions.update(subscription.stripe_subscription_id, params={"default_payment_method": card["id"]})
    shop.look_at(subscription)

    answer = browser.post("/billing/resume/", {"request_key": str(uuid4()), "shown_minor": "12800"})

    assert answer.status_code == 402
    assert "Your plan stays paused" in words(answer)


@pytest.mark.parametrize(
    "length", [{}, {"length": "9"}, {"length": "day"}, {"length": "day", "resumes_on": "2020-01-01"}]
)
def test_a_length_that_cannot_be_is_a_clear_400(shop: Shop, browser, length) -> None:
    shop.subscribe()

    assert pause(browser, **length).status_code == 400
    assert not PauseRequest.objects.exists()


def test_a_day_is_chosen_without_javascript(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    day = (subscription.current_period_end + timedelta(days=20)).date()

    pause(browser, length="day", resumes_on=day.isoformat())

    subscription.refresh_from_db()
    assert subscription.resumes_at.date() == day


def test_without_pauses_no_page_offers_one(shop: Shop, browser, settings) -> None:
    settings.PAUSE_LONGEST_MONTHS = 0
    shop.subscribe()

    assert "/billing/pause/" not in browser.get("/billing/cancel/").content.decode()
    assert browser.get("/billing/pause/").status_code == 409


@pytest.mark.parametrize("address", ["/billing/pause/", "/billing/resume/"])
def test_only_who_manages_the_billing_may(shop: Shop, client, address: str) -> None:
    shop.subscribe()
    client.force_login(MembershipFactory(organization=shop.organization, role="member").user)

    assert client.get(address).status_code == 403
    assert client.post(address, {"request_key": str(uuid4())}).status_code == 403


def test_what_the_state_forbids_is_a_409(shop: Shop, browser) -> None:
    assert browser.get("/billing/pause/").status_code == 409
    assert browser.get("/billing/resume/").status_code == 409
