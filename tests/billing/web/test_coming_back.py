"""Who left comes back by a new purchase: at the price of before if it is sold, and without another trial."""

from uuid import uuid4

import pytest

from billing.models import CheckoutIntent, Price, Subscription
from billing.services.cancel_now import Leaving, cancel_now
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def leave(shop: Shop) -> None:
    """A plan that was paid for and is over."""
    shop.subscribe()
    cancel_now(shop.organization, Leaving(), request_key=uuid4(), actor=shop.owner, now=shop.now)


def test_the_way_back_is_one_button_to_the_same_price(shop: Shop, browser) -> None:
    leave(shop)

    page = browser.get("/billing/")

    assert "You can come back at the same price, €128.00 a month" in words(page)
    assert f'href="/billing/choose/{shop.scale.lookup_key}/"' in page.content.decode()
    assert "Come back to Scale" in words(page)


def test_it_is_a_new_purchase_that_is_charged_from_the_first_day(shop: Shop, browser) -> None:
    leave(shop)
    shop.scale.plan.trial_days = 14
    shop.scale.plan.save()

    intent = shop.start(shop.scale)
    shop.pay(intent)
    shop.work_off()

    assert CheckoutIntent.objects.latest("pk").trial_days == 0
    assert intent.trial_days == 0
    assert "Try Scale" not in words(browser.get(f"/billing/choose/{shop.scale.lookup_key}/"))


def test_a_price_that_is_sold_no_longer_gives_way_to_the_present_one(shop: Shop, browser) -> None:
    leave(shop)
    Price.objects.filter(pk=shop.scale.pk).update(is_active=False, lookup_key="scale_old")
    now = shop.publish(shop.scale.plan, amount_minor=14800)

    page = browser.get("/billing/")

    assert "The price that you had is sold no longer; Scale costs €148.00 a month" in words(page)
    assert f'href="/billing/choose/{now.lookup_key}/"' in page.content.decode()


def test_a_plan_that_is_sold_no_longer_has_no_way_back(shop: Shop, browser) -> None:
    leave(shop)
    shop.scale.plan.is_archived = True
    shop.scale.plan.save()

    text = words(browser.get("/billing/"))

    assert "Come back" not in text
    assert "Choose a plan" in text


def test_one_that_never_began_stops_no_new_purchase(shop: Shop, browser) -> None:
    leave(shop)
    Subscription.objects.update(status="incomplete_expired")

    assert shop.start(shop.scale).url
    assert form_fields(browser.get(f"/billing/choose/{shop.scale.lookup_key}/"), action="/billing/checkout/")
