"""The page of the cards: what is charged, and forms that send a card nowhere but to the hosted page."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from billing.models import PaymentMethod
from tests.billing import situations
from tests.billing.factories import PaymentMethodFactory
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.stripe_sandbox_pages.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
PAGE, ADD, DEFAULT = "/billing/payment-methods/", "/billing/payment-methods/add/", "/billing/payment-methods/default/"


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def add_on_hosted_page(shop: Shop, browser, *, becomes_default: bool = False) -> str:
    """Press the button, fill the hosted page, and come back as the browser is led; the page that follows."""
    fields = form_fields(browser.get(PAGE), action=ADD)
    answer = browser.post(ADD, {**fields, **({"becomes_default": "yes"} if becomes_default else {})})
    path = urlsplit(answer.headers["Location"]).path
    back = urlsplit(Visitor(shop.sandbox.url).pay(path, number="5555 5555 5555 4444").location)
    return words(browser.get(f"{back.path}?{back.query}", follow=True))


def test_a_card_is_added_chosen_and_the_old_one_removed(shop: Shop, browser) -> None:
    shop.subscribe()

    added = add_on_hosted_page(shop, browser)
    chosen = browser.post(DEFAULT, form_fields(browser.get(PAGE), action=DEFAULT), follow=True)
    visa = PaymentMethod.objects.get(card_brand="visa").stripe_payment_method_id
    removal = f"{PAGE}{visa}/remove/"
    question = browser.get(removal)
    removed = browser.post(removal, form_fields(question, action=removal), follow=True)

    assert "Mastercard ending 4444" in added
    assert "Visa ending 4242" in added
    assert "This card is charged from now on. Nothing was charged today." in chosen.content.decode()
    assert "Remove Visa ending 4242?" in words(question)
    assert "Visa ending 4242" not in words(removed)
    assert "Mastercard ending 4444 Default" in words(removed)


def test_the_checkbox_makes_the_new_card_pay(shop: Shop, browser) -> None:
    subscription = shop.subscribe()

    add_on_hosted_page(shop, browser, becomes_default=True)

    subscription.refresh_from_db()
    mastercard = PaymentMethod.objects.get(card_brand="mastercard")
    assert subscription.stripe_payment_method_id == mastercard.stripe_payment_method_id


def test_no_field_of_ours_takes_a_card(shop: Shop, browser) -> None:
    shop.subscribe()

    html = browser.get(PAGE).content.decode()

    assert 'type="text"' not in html
    assert "number" not in html.lower().split("<main")[1]


def test_the_only_card_of_a_plan_cannot_be_removed(shop: Shop, browser) -> None:
    shop.subscribe()
    visa = PaymentMethod.objects.get().stripe_payment_method_id
    removal = f"{PAGE}{visa}/remove/"

    answer = browser.post(removal, form_fields(browser.get(removal), action=removal))

    assert answer.status_code == 409
    assert "This is the only card, and Scale goes on. Add another one first." in words(answer)


def test_a_silent_stripe_on_the_way_back_does_not_ask_for_the_card_again(shop: Shop, browser) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "GET", "path": "/v1/checkout/sessions/*"})

    text = add_on_hosted_page(shop, browser)

    assert "Mastercard" not in text


def test_what_is_open_can_be_paid_from_here(client, catalogue, alice, now) -> None:
    situations.go_past_due(alice.organization, now=now)
    client.force_login(alice.user)

    page = client.get(PAGE)

    assert "€48.00 is open" in words(page)
    assert 'href="http://127.0.0.1:12111/i/acct_1/test_1"' in page.content.decode()


def test_a_card_that_ends_before_the_next_charge_is_named(client, catalogue, alice, now) -> None:
    subscription = situations.buy(alice.organization, now=now)
    PaymentMethod.objects.update(
        card_exp_month=now.month, card_exp_year=now.year, stripe_customer_id=subscription.stripe_customer_id
    )
    subscription.current_period_end = now + situations.DAY * 45
    subscription.save()
    client.force_login(alice.user)

    assert "Expires before" in words(client.get(PAGE))
    assert "It expires before the next charge." in words(client.get("/billing/"))


def test_members_and_strangers_reach_no_card(client, catalogue, alice, bob, charlie) -> None:
    card = PaymentMethodFactory()
    removal = f"{PAGE}{card.stripe_payment_method_id}/remove/"
    client.force_login(bob.user)
    assert [client.get(PAGE).status_code, client.post(ADD).status_code, client.get(removal).status_code] == [403] * 3
    client.force_login(charlie.user)
    assert client.get(removal).status_code == client.post(removal, {"request_key": str(uuid4())}).status_code == 404
