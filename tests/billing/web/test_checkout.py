"""Starting a checkout from its button: never by GET, twice, without consent, or by the wrong person."""

from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Consent
from billing.gateway.client import client
from billing.mirror.customers import ensure_customer
from billing.models import CheckoutIntent
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def post(browser, **changed):
    fields = {"lookup_key": "scale_month_eur", "request_key": str(uuid4()), "accepts_terms": "yes", **changed}
    return browser.post("/billing/checkout/", fields, headers={"user-agent": "A browser"})


def sessions() -> list:
    return client().v1.checkout.sessions.list(params={"limit": 100})["data"]


def test_the_button_leads_to_the_hosted_page(shop: Shop, browser) -> None:
    answer = post(browser)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{shop.sandbox.url}/c/pay/cs_test_")


def test_what_was_accepted_is_recorded_with_address_and_agent(shop: Shop, browser, settings) -> None:
    post(browser)

    consent = Consent.objects.get(occasion=Consent.Occasion.CHECKOUT)
    assert (consent.user, consent.organization) == (shop.owner, shop.organization)
    assert (consent.ip_address, consent.user_agent) == ("127.0.0.1", "A browser")
    assert consent.terms_version == settings.TERMS_VERSION


def test_a_second_click_reaches_the_same_hosted_page(shop: Shop, browser) -> None:
    key = str(uuid4())

    first, second = post(browser, request_key=key), post(browser, request_key=key)

    assert first.headers["Location"] == second.headers["Location"]
    assert len(sessions()) == 1


def test_a_checkout_is_never_started_by_get(shop: Shop, browser) -> None:
    answer = browser.get(f"/billing/checkout/?lookup_key=scale_month_eur&request_key={uuid4()}&accepts_terms=yes")

    assert answer.status_code == 405
    assert sessions() == []


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"request_key": ""}, 400),
        ({"request_key": "1"}, 400),
        ({"lookup_key": ""}, 400),
        ({"lookup_key": "price_of_somebody_else"}, 404),
        ({"accepts_terms": ""}, 400),
    ],
)
def test_a_bad_form_is_a_clear_4xx_and_changes_nothing(shop: Shop, browser, changed, status) -> None:
    page = post(browser, **changed)

    assert page.status_code == status
    assert "Reference" in words(page)
    assert not CheckoutIntent.objects.exists()
    assert not Consent.objects.exists()


def test_a_form_without_a_csrf_token_is_refused(shop: Shop) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(shop.owner)

    assert post(browser).status_code == 403
    assert not CheckoutIntent.objects.exists()


def test_a_member_may_not_start_a_checkout(shop: Shop, client) -> None:
    member = MembershipFactory(organization=shop.organization, role="member")
    client.force_login(member.user)

    assert post(client).status_code == 403
    assert not CheckoutIntent.objects.exists()


def test_who_has_a_plan_at_stripe_is_led_to_billing_and_not_charged(shop: Shop, browser) -> None:
    shop.pay(shop.start(shop.scale))

    page = post(browser)

    assert page.status_code == 409
    assert "Nothing was charged" in words(page)
    assert 'href="/billing/">To billing' in page.content.decode()


def test_stripe_that_does_not_answer_gives_a_retry_that_cannot_double_anything(shop: Shop, browser) -> None:
    ensure_customer(shop.organization)
    shop.sandbox.fault("timeout_after_commit", times=2, match={"method": "POST", "path": "/v1/checkout/sessions"})

    page = post(browser)
    retry = browser.post("/billing/checkout/", form_fields(page, action="/billing/checkout/"))

    assert page.status_code == 503
    assert "Nothing was charged. Try again: it cannot be done twice." in words(page)
    assert retry.status_code == 303
    assert len(sessions()) == 1
    assert Consent.objects.count() == 1


def test_an_unfinished_checkout_does_not_count_as_a_used_trial(shop: Shop, browser) -> None:
    shop.start(shop.growth)

    text = words(browser.get("/billing/choose/growth_month_eur/"))

    assert "A trial was used before" not in text
    assert "Continue, and add a card" in text
    assert "Today Nothing to pay" in text


def test_behind_a_trusted_proxy_the_consent_names_the_person_and_not_the_proxy(shop: Shop, browser, settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    fields = {"lookup_key": "scale_month_eur", "request_key": str(uuid4()), "accepts_terms": "yes"}

    browser.post("/billing/checkout/", fields, headers={"x-forwarded-for": "203.0.113.9"})

    assert Consent.objects.get().ip_address == "203.0.113.9"


def test_a_refusal_of_stripes_is_told_in_our_words(shop: Shop, browser) -> None:
    for price in (shop.growth, shop.scale):
        client().v1.prices.update(price.stripe_price_id, params={"active": False})

    answer = post(browser)

    assert answer.status_code == 409
    assert "nothing was charged" in words(answer)
    assert "price_" not in answer.text
