"""The field for a promotion code on the page that confirms a plan: works without JavaScript, and buys nothing."""

import pytest

from billing.gateway.client import client as stripe
from billing.models import CheckoutIntent
from tests.billing.promotions import give_code
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/billing/choose/scale_month_eur/"


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def test_a_code_lowers_the_sum_on_the_page_and_in_the_session(shop: Shop, browser) -> None:
    give_code("WELCOME", duration="once")

    page = browser.get(f"{PAGE}?code=welcome")
    fields = form_fields(page, action="/billing/checkout/")
    answer = browser.post("/billing/checkout/", {**fields, "accepts_terms": "yes"})

    text = words(page)
    assert "WELCOME, 20% off −€25.60" in text
    assert "Due today €102.40" in text
    assert "We charge €102.40 today, then €128.00 each month." in text
    assert answer.status_code == 303
    session = stripe().v1.checkout.sessions.list()["data"][0]
    assert (session["amount_total"], session["total_details"]["amount_discount"]) == (10240, 2560)


def test_a_discount_of_some_months_says_what_comes_after(shop: Shop, browser) -> None:
    give_code("QUARTER", duration="repeating", duration_in_months=3)

    text = words(browser.get(f"{PAGE}?code=QUARTER"))

    assert "while the discount runs, which is 3 months from today; after that €128.00." in text


def test_a_wrong_code_stands_beside_its_field_and_the_plan_can_still_be_bought(shop: Shop, browser) -> None:
    page = browser.get(f"{PAGE}?code=NOPE")

    assert page.status_code == 409
    assert "We do not know this code." in words(page)
    assert 'value="NOPE"' in page.content.decode()
    assert "promotion_code" not in form_fields(page, action="/billing/checkout/")
    assert not CheckoutIntent.objects.exists()


def test_a_silent_stripe_does_not_take_the_page_away(shop: Shop, browser) -> None:
    shop.sandbox.fault("http_500_before", times=2, match={"method": "GET", "path": "/v1/promotion_codes"})

    page = browser.get(f"{PAGE}?code=WELCOME")

    assert page.status_code == 503
    assert "We cannot reach our payment provider." in words(page)
    assert "Due today €128.00" in words(page)


def test_where_codes_are_typed_on_stripes_page_ours_has_no_field(shop: Shop, browser, settings) -> None:
    settings.PROMOTION_CODE_ENTRY = "stripe"

    assert "Promotion code" not in words(browser.get(f"{PAGE}?code=WELCOME"))
