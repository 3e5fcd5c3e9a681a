"""The pages of a discount: what it makes of the next invoice stands there before the button that does it."""

import pytest

from billing.gateway.client import client as stripe
from billing.models import DiscountChange
from billing.selectors.discounts import active_discounts
from billing.templatetags.billing import day_text
from tests.billing.promotions import give_code
from tests.billing.services.changing import subscribe_paid
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
PAGE, APPLY, REMOVE = "/billing/discount/", "/billing/discount/apply/", "/billing/discount/remove/"


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def test_a_code_is_seen_then_used_then_removed(shop: Shop, browser) -> None:
    shop.subscribe()
    give_code("WELCOME", duration="repeating", duration_in_months=3)

    preview = browser.get(f"{PAGE}?code=welcome")
    used = browser.post(APPLY, form_fields(preview, action=APPLY), follow=True)
    question = browser.get(REMOVE)
    removed = browser.post(REMOVE, form_fields(question, action=REMOVE), follow=True)

    assert "WELCOME: 20% off for 3 months" in words(preview)
    assert "Discount −€25.60" in words(preview)
    assert "€102.40 Now it is €128.00. Nothing is charged today." in words(preview)
    assert "The code WELCOME lowers your invoices" in used.content.decode()
    assert "WELCOME, 20% off, until" in words(used)
    assert "A discount ends." in words(used)
    assert "€128.00 Now it is €102.40." in words(question)
    assert "The discount is removed." in removed.content.decode()
    assert "Use a promotion code" in words(removed)


def test_a_wrong_code_stands_beside_its_field(shop: Shop, browser) -> None:
    shop.subscribe()

    page = browser.get(f"{PAGE}?code=NOPE")

    assert page.status_code == 409
    assert "We do not know this code." in words(page)
    assert 'value="NOPE"' in page.content.decode()


def test_a_sum_that_changed_meanwhile_is_shown_anew_and_nothing_is_done(shop: Shop, browser) -> None:
    shop.subscribe()
    give_code("WELCOME")
    fields = form_fields(browser.get(f"{PAGE}?code=WELCOME"), action=APPLY)

    page = browser.post(APPLY, {**fields, "shown": "9999 eur"})

    assert page.status_code == 409
    assert "The sum has changed since you saw it" in words(page)
    assert form_fields(page, action=APPLY)["shown"] == "10240 eur"
    assert not DiscountChange.objects.exists()


@pytest.mark.parametrize("shown", ["", "12", "12 xxx", "1.5 eur", "--1 eur"])
def test_a_form_that_names_no_sum_is_refused(shop: Shop, browser, shown: str) -> None:
    shop.subscribe()
    give_code("WELCOME")
    fields = form_fields(browser.get(f"{PAGE}?code=WELCOME"), action=APPLY)

    assert browser.post(APPLY, {**fields, "shown": shown}).status_code == 400


def test_a_silent_stripe_is_told_and_the_same_form_can_be_sent_again(shop: Shop, browser) -> None:
    shop.subscribe()
    give_code("WELCOME")
    fields = form_fields(browser.get(f"{PAGE}?code=WELCOME"), action=APPLY)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscriptions/*"})

    page = browser.post(APPLY, fields)
    again = browser.post(APPLY, form_fields(page, action=APPLY))

    assert page.status_code == 503
    assert again.status_code == 302
    assert stripe().v1.promotion_codes.list()["data"][0]["times_redeemed"] == 1


def test_without_a_plan_there_is_nothing_to_lower(shop: Shop, browser) -> None:
    assert "There is none that it could lower now." in words(browser.get(PAGE))
    assert browser.get(REMOVE).status_code == 409


def test_members_see_the_discount_and_may_not_change_it(shop: Shop, client) -> None:
    give_code("WELCOME")
    shop.subscribe(promotion_code="WELCOME")
    member = MembershipFactory(organization=shop.organization, role="member")
    client.force_login(member.user)

    page = client.get("/billing/")

    assert "WELCOME, 20% off, for as long as the plan runs" in words(page)
    assert "Remove" not in words(page)
    assert client.get(PAGE).status_code == client.get(REMOVE).status_code == client.post(APPLY).status_code == 403


def test_a_preview_of_another_plan_names_the_discount_and_its_end(shop: Shop, browser) -> None:
    subscription = subscribe_paid(shop)
    code = give_code("WELCOME", duration="repeating", duration_in_months=3)
    stripe().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"discounts": [{"promotion_code": code["id"]}]}
    )
    shop.look_at(subscription)
    ends_at = active_discounts(subscription, now=shop.now)[0].ends_at

    text = words(browser.get(f"/billing/plan/{shop.scale.lookup_key}/"))

    assert f"Discount WELCOME, 20% off, until {day_text(ends_at)} −€" in text
