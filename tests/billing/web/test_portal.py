"""The way into Stripe's portal, and the fixed table of ways back."""

from uuid import uuid4

import pytest

from billing.gateway import client as gateway
from billing.models import AuditEntry
from billing.services.setup_stripe import setup_stripe
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


def post(browser, **changed):
    return browser.post("/billing/portal/", {"request_key": str(uuid4()), "return_to": "billing", **changed})


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def test_the_button_leads_to_the_portal(shop: Shop, browser) -> None:
    setup_stripe([])
    shop.subscribe()

    answer = post(browser)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{shop.sandbox.url}/p/session/")


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/admin/", "nowhere"])
def test_a_way_back_that_is_not_in_the_table_is_refused(shop: Shop, browser, target) -> None:
    setup_stripe([])
    shop.subscribe()

    assert post(browser, return_to=target).status_code == 400
    assert not AuditEntry.objects.filter(action="portal_opened").exists()


def test_before_anything_was_bought_there_is_nothing_to_manage(shop: Shop, browser) -> None:
    assert post(browser).status_code == 404


def test_a_member_may_not_open_it(shop: Shop, client) -> None:
    client.force_login(MembershipFactory(organization=shop.organization, role="member").user)

    assert post(client).status_code == 403


def test_it_is_never_opened_by_get(shop: Shop, browser) -> None:
    assert browser.get("/billing/portal/").status_code == 405


def test_who_comes_back_sees_what_was_done_there_without_a_webhook(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    gateway.client().v1.subscriptions.update(
        subscription.stripe_subscription_id,
        params={"cancel_at_period_end": True},
        options={"idempotency_key": "left"},
    )

    answer = browser.get("/billing/portal/return/", follow=True)

    assert answer.redirect_chain == [("/billing/", 302)]
    assert "Keep Scale" in answer.content.decode()


def test_who_comes_back_while_stripe_is_silent_gets_the_page_all_the_same(shop: Shop, browser) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_before", times=20, match={"method": "GET", "path": "/v1/*"})

    answer = browser.get("/billing/portal/return/", follow=True)

    assert answer.redirect_chain == [("/billing/", 302)]
    assert "Cancel Scale" in answer.content.decode()


def test_who_may_not_open_it_cannot_come_back_from_it(shop: Shop, client) -> None:
    client.force_login(MembershipFactory(organization=shop.organization, role="member").user)

    assert client.get("/billing/portal/return/").status_code == 403
