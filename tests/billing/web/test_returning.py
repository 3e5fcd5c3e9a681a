"""Coming back from the hosted page: the fetched session decides, the address proves nothing."""

import pytest

from billing.models import CheckoutIntent, Invoice, Subscription
from tests.billing.shop import Shop
from tests.billing.web.reading import words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)

HTMX = {"hx-request": "true"}


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def back(browser, intent: CheckoutIntent, page: str = "", **headers):
    return browser.get(f"/billing/return/{page}?session_id={intent.stripe_session_id}", **headers)


def test_a_paid_checkout_is_settled_in_the_request_itself(shop: Shop, browser) -> None:
    intent = shop.start(shop.scale)
    shop.pay(intent)

    answer = back(browser, intent)

    assert answer.headers["Location"] == "/billing/"
    assert Subscription.objects.get(organization=shop.organization).status == "active"
    page = browser.get("/billing/").content.decode()
    assert "Scale is on. Thank you for the payment." in page
    assert "Visa ending 4242" in page
    assert Invoice.objects.get(organization=shop.organization).number in page


def test_a_trial_says_that_nothing_was_charged(shop: Shop, browser) -> None:
    intent = shop.start(shop.growth)
    shop.pay(intent)

    back(browser, intent)

    assert "Your trial has begun, and nothing was charged." in browser.get("/billing/").content.decode()


def test_the_address_alone_gives_nothing(shop: Shop, browser) -> None:
    intent = shop.start(shop.scale)

    page = back(browser, intent)

    text = words(page)
    assert page.status_code == 200
    assert "The checkout is not finished" in text
    assert "Nothing was charged" in text
    assert f'href="{intent.url}"' in page.content.decode()
    assert not Subscription.objects.exists()


def test_while_stripe_is_silent_the_page_says_so_and_asks_again(shop: Shop, browser) -> None:
    intent = shop.start(shop.scale)
    shop.pay(intent)
    shop.sandbox.fault("http_500_before", times=20, match={"method": "GET", "path": "/v1/checkout/sessions*"})

    page = back(browser, intent)

    html = page.content.decode()
    assert "Confirming your order" in words(page)
    assert 'hx-trigger="load delay:2s"' in html
    assert "asked=1" in html
    assert ">Check again</a>" in html


def test_after_thirty_seconds_it_stops_asking_and_promises_an_email(shop: Shop, browser) -> None:
    intent = shop.start(shop.scale)
    shop.pay(intent)
    shop.sandbox.fault("http_500_before", times=20, match={"method": "GET", "path": "/v1/checkout/sessions*"})

    part = browser.get(f"/billing/return/status/?session_id={intent.stripe_session_id}&asked=15", headers=HTMX)

    html = part.content.decode()
    assert "hx-get" not in html
    assert "we send an e-mail when Scale is on" in html


def test_the_part_that_htmx_asks_for_leads_to_billing_once_it_is_settled(shop: Shop, browser) -> None:
    intent = shop.start(shop.scale)
    shop.pay(intent)

    part = back(browser, intent, "status/", headers=HTMX)

    assert part.headers["HX-Redirect"] == "/billing/"


def test_without_htmx_the_part_leads_to_the_whole_page(shop: Shop, browser) -> None:
    intent = shop.start(shop.scale)

    answer = back(browser, intent, "status/")

    assert answer.headers["Location"] == f"/billing/return/?session_id={intent.stripe_session_id}"


def test_an_expired_checkout_says_what_to_do(shop: Shop, browser) -> None:
    intent = shop.start(shop.scale)
    shop.advance("P2D")

    assert "This checkout has ended" in words(back(browser, intent))


def test_another_organizations_session_is_404(shop: Shop, client) -> None:
    intent = shop.start(shop.scale)
    client.force_login(MembershipFactory(organization__name="Elsewhere").user)

    page = back(client, intent)

    assert page.status_code == 404
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), ("?session_id=", 400), ("?session_id=cs_test_unknown", 404)]
)
def test_a_session_that_is_missing_or_unknown_is_a_clear_4xx(shop: Shop, browser, query, status) -> None:
    assert browser.get(f"/billing/return/{query}").status_code == status


def test_a_count_that_is_no_number_is_a_clear_400(shop: Shop, browser) -> None:
    intent = shop.start(shop.scale)

    answer = browser.get(f"/billing/return/status/?session_id={intent.stripe_session_id}&asked=x", headers=HTMX)

    assert answer.status_code == 400
