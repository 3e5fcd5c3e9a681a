"""The pages on which seats are changed: the sum before the click, refusals beside the field, and who may."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from billing.gateway.client import client as stripe
from billing.models import ChangePreview, Price, SeatChange
from tests.billing.services.seats import choose, let_join, preview, quantity_at_stripe
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(shop: Shop) -> Client:
    browser = Client()
    browser.force_login(shop.owner)
    return browser


def ask(browser: Client, seats: str):
    return browser.post("/billing/seats/", {"seats": seats, "request_key": str(uuid4())})


def confirm(browser: Client, address: str):
    fields = form_fields(browser.get(address), action=address)
    return browser.post(address, fields)


def test_the_billing_page_says_how_many_of_the_paid_seats_are_used(shop: Shop, team: Price, browser) -> None:
    let_join(shop, 4)
    shop.subscribe(price=team)
    choose(shop, 6)

    page = browser.get("/billing/")

    assert "5 of 6 seats paid" in words(page)
    assert "6 seats, monthly" in words(page)
    assert 'href="/billing/seats/"' in page.content.decode()


def test_a_plan_for_the_whole_team_shows_no_seats(shop: Shop, browser) -> None:
    shop.subscribe()

    assert "seats paid" not in words(browser.get("/billing/"))
    assert browser.get("/billing/seats/").status_code == 409


def test_seats_are_added_at_the_sum_that_was_shown(shop: Shop, team: Price, browser) -> None:
    subscription = shop.subscribe(price=team)
    shop.advance("P10D")

    led_to = ask(browser, "5").headers["Location"]
    shown = browser.get(led_to)
    answer = confirm(browser, led_to)

    row = ChangePreview.objects.get()
    amount = f"€{row.next_amount_minor / 100:.2f}"
    assert f"seats at €16.00 €{5 * 16:.2f}" in words(shown)
    assert f"Added seats, for the rest of this period €{row.subtotal_minor / 100:.2f}" in words(shown)
    assert amount in words(shown)
    assert "Nothing is charged until you confirm" in words(shown)
    assert answer.headers["Location"] == "/billing/"
    assert "You have 5 seats now." in browser.get("/billing/").content.decode()
    assert quantity_at_stripe(subscription) == 5
    billing = words(browser.get("/billing/"))
    assert f"Next charge {amount} With €{row.subtotal_minor / 100:.2f} for seats of this period" in billing
    assert f"We charge {amount}" in billing


def test_paid_at_once_the_button_names_the_sum(shop: Shop, team: Price, browser, settings) -> None:
    settings.SEATS_UP_BEHAVIOUR = "now_invoice"
    shop.subscribe(price=team)
    shop.advance("P10D")

    page = browser.get(ask(browser, "5").headers["Location"])

    due = ChangePreview.objects.get().due_now_minor
    assert f"Pay €{due / 100:.2f} and add 2 seats" in words(page)


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("pm_card_authenticationRequired", "The bank wants to confirm the payment"),
        ("pm_card_chargeCustomerFail", "did not go through"),
    ],
)
def test_a_payment_that_fails_leaves_the_seats_and_says_what_to_do(
    shop: Shop, team: Price, browser, settings, card: str, said: str
) -> None:
    settings.SEATS_UP_BEHAVIOUR = "now_invoice"
    subscription = shop.subscribe(price=team)
    method = stripe().v1.payment_methods.attach(card, params={"customer": subscription.stripe_customer_id})
    stripe().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"default_payment_method": method["id"]}
    )
    led_to = ask(browser, "5").headers["Location"]

    page = confirm(browser, led_to)

    assert page.status_code == 402
    assert said in words(page)
    assert "You have 3 seats as before, and nothing was charged" in words(page)
    assert quantity_at_stripe(subscription) == 3
    assert confirm(browser, led_to).status_code == 402  # A new try, not the old answer.


def test_fewer_seats_are_kept_until_the_period_ends(shop: Shop, team: Price, browser) -> None:
    shop.subscribe(price=team)
    confirm(browser, ask(browser, "8").headers["Location"])

    led_to = ask(browser, "4").headers["Location"]
    shown = words(browser.get(led_to))
    confirm(browser, led_to)

    assert "You keep 8 seats until" in shown
    assert "no money comes back" in shown
    billing = words(browser.get("/billing/"))
    assert "1 of 8 seats paid" in billing
    assert "on you have 4 seats" in billing


@pytest.mark.parametrize(
    ("seats", "status", "said"),
    [
        ("2", 409, "3 seats at least"),
        ("21", 409, "20 seats at most"),
        ("3", 409, "Nothing"),
        ("", 400, "how many seats"),
        ("many", 400, "in figures"),
    ],
)
def test_what_cannot_be_had_is_said_beside_the_field(
    shop: Shop, team: Price, browser, seats: str, status: int, said: str
) -> None:
    shop.subscribe(price=team)

    page = ask(browser, seats)

    assert page.status_code == status
    assert said in words(page)
    assert 'aria-invalid="true"' in page.content.decode()


def test_a_sum_that_has_changed_is_shown_anew_beside_the_old_one(shop: Shop, team: Price, browser) -> None:
    subscription = shop.subscribe(price=team)
    led_to = ask(browser, "5").headers["Location"]
    fields = form_fields(browser.get(led_to), action=led_to)
    stripe().v1.customers.balance_transactions.create(
        subscription.stripe_customer_id, params={"amount": -500, "currency": "eur"}
    )

    page = browser.post(led_to, fields)

    assert page.status_code == 409
    assert "The amount has changed since you saw it" in words(page)
    assert SeatChange.objects.count() == 0
    again = re.search(r'action="(/billing/seats/[0-9a-f-]+/)"', page.content.decode())
    assert again is not None
    assert again[1] != led_to
    assert confirm(browser, again[1]).status_code == 302
    assert quantity_at_stripe(subscription) == 5


def test_a_state_that_forbids_it_is_said_without_a_form(shop: Shop, team: Price, browser) -> None:
    subscription = shop.subscribe(price=team)
    stripe().v1.subscriptions.update(subscription.stripe_subscription_id, params={"cancel_at_period_end": True})
    shop.look_at(subscription)

    page = browser.get("/billing/seats/")

    assert "take the cancellation back first" in words(page)
    assert 'name="seats"' not in page.content.decode()
    assert "Change seats" not in words(browser.get("/billing/"))


def test_members_may_not_and_strangers_find_nothing(shop: Shop, team: Price) -> None:
    shop.subscribe(price=team)
    shown = preview(shop, 5)
    member, stranger = Client(), Client()
    member.force_login(MembershipFactory(organization=shop.organization, role="member").user)
    stranger.force_login(MembershipFactory().user)

    assert member.get("/billing/seats/").status_code == 403
    assert member.get(f"/billing/seats/{shown.uuid}/").status_code == 403
    assert stranger.get(f"/billing/seats/{shown.uuid}/").status_code == 404
    assert stranger.post(f"/billing/seats/{shown.uuid}/", {"request_key": str(uuid4())}).status_code == 404
