"""Changing the plan from the pages: choose, see the sum, confirm it, and see how the payment went."""

from typing import Any
from uuid import uuid4

import pytest

from billing.gateway.client import client
from billing.models import ChangePreview, PlanChange
from tests.billing.services import changing
from tests.billing.services.changing import give_credit, latest_invoice, subscribe_paid, use_card
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
UPDATES = {"method": "POST", "path": "/v1/subscriptions/*"}


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def address(shop: Shop) -> str:
    return f"/billing/plan/{shop.scale.lookup_key}/"


def confirm(browser, shop: Shop, page: Any = None) -> Any:
    page = page or browser.get(address(shop))
    return browser.post(address(shop), form_fields(page, action=address(shop)))


def test_the_plans_show_what_one_has_and_what_one_may_have(shop: Shop, browser) -> None:
    subscribe_paid(shop)

    text = words(browser.get("/billing/plan/"))

    assert "You have Growth for €48.00 a month" in text
    assert "Your plan" in text
    assert "Choose Scale" in text
    assert 'href="/billing/plan/"' in browser.get("/billing/").content.decode()
    assert address(shop) in browser.get("/").content.decode()


def test_an_upgrade_shows_the_sum_and_charges_just_it(shop: Shop, browser) -> None:
    subscription = subscribe_paid(shop)
    page = browser.get(address(shop))
    shown = ChangePreview.objects.get()
    sum_words = f"€{shown.due_now_minor / 100:.2f}"
    text = words(page)
    for said in (
        "Growth to Scale, today",
        f"Pay {sum_words} and change",
        "Growth, not used",
        "paid before and given back",
        "Visa 4242",
        "you stay on Growth and owe nothing",
    ):
        assert said in text

    answer = confirm(browser, shop, page)
    done = browser.get(answer.headers["Location"], follow=True)

    assert answer.status_code == 303
    assert "Scale is on. Thank you for the payment." in done.content.decode()
    assert latest_invoice(subscription)["amount_paid"] == shown.due_now_minor
    assert "chose Scale" in words(browser.get("/billing/history/"))


def test_a_second_click_leads_to_the_same_change(shop: Shop, browser) -> None:
    subscribe_paid(shop)
    fields = form_fields(browser.get(address(shop)), action=address(shop))

    places = [browser.post(address(shop), fields).headers["Location"] for _ in range(2)]

    assert places[0] == places[1]
    assert PlanChange.objects.count() == 1


def test_a_downgrade_is_planned_for_the_period_end(shop: Shop, browser) -> None:
    subscribe_paid(shop)
    low = changing.starter(shop)
    page = browser.get(f"/billing/plan/{low.lookup_key}/")
    assert "Growth to Starter on" in words(page)

    answer = browser.post(
        f"/billing/plan/{low.lookup_key}/", form_fields(page, action=f"/billing/plan/{low.lookup_key}/")
    )

    assert answer.headers["Location"] == "/billing/"
    assert PlanChange.objects.get().state == "scheduled"
    assert "Starter is planned" in browser.get("/billing/").content.decode()


def test_a_sum_that_has_changed_is_shown_anew_with_the_old_one(shop: Shop, browser) -> None:
    subscription = subscribe_paid(shop)
    page = browser.get(address(shop))
    old = ChangePreview.objects.get().due_now_minor
    give_credit(subscription, amount_minor=1000)

    stale = confirm(browser, shop, page)

    assert stale.status_code == 409
    text = words(stale)
    assert f"The sum is €{(old - 1000) / 100:.2f} now, and not €{old / 100:.2f}" in text
    assert "Nothing was charged" in text
    assert "Your credit −€10.00" in text
    assert not PlanChange.objects.exists()
    assert confirm(browser, shop, stale).status_code == 303
    assert PlanChange.objects.get().state == "succeeded"


def test_a_failed_card_keeps_the_old_plan_and_offers_the_ways_out(shop: Shop, browser) -> None:
    subscription = subscribe_paid(shop)
    use_card(subscription, "pm_card_chargeCustomerFail")
    shop.look_at(subscription)

    page = browser.get(confirm(browser, shop).headers["Location"])
    billing = browser.get("/billing/")

    for said in ("did not go through", "you stay on Growth and owe nothing", "with another card", "Visa 0341"):
        assert said in words(page)
    assert "did not go through" in words(billing)
    assert "Stay on Growth" in words(billing)
    assert "access" not in words(billing).split("Plan")[0]
    change = PlanChange.objects.get()
    given_up = browser.post(
        f"/billing/changes/{change.uuid}/give-up/",
        form_fields(page, action=f"/billing/changes/{change.uuid}/give-up/"),
    )
    assert given_up.headers["Location"] == "/billing/"
    assert "nothing is owed" in browser.get("/billing/").content.decode()
    assert client_status(change) == "void"


def client_status(change: PlanChange) -> str:
    return str(client().v1.invoices.retrieve(change.stripe_invoice_id)["status"])


def test_the_bank_asks_and_the_page_leads_there(shop: Shop, browser) -> None:
    subscription = subscribe_paid(shop)
    use_card(subscription, "pm_card_authenticationRequired")
    shop.look_at(subscription)

    page = browser.get(confirm(browser, shop).headers["Location"])

    assert "Confirm with your bank" in words(page)
    assert "The card is fine" in words(page)
    assert latest_invoice(subscription)["hosted_invoice_url"] in page.content.decode()
    polled = browser.get(page.request["PATH_INFO"], {"asked": "15"}, headers={"HX-Request": "true"})
    assert "hx-get" not in polled.content.decode()


def test_stripe_that_does_not_answer_gives_a_retry_with_the_same_key(shop: Shop, browser) -> None:
    subscribe_paid(shop)
    fields = form_fields(browser.get(address(shop)), action=address(shop))
    shop.sandbox.fault("http_500_before", times=2, match=UPDATES)

    failed = browser.post(address(shop), fields)
    again = form_fields(failed, action=address(shop))
    retry = browser.post(address(shop), again)

    assert failed.status_code == 503
    assert again == fields
    assert retry.status_code == 303
    assert PlanChange.objects.get().state == "succeeded"


@pytest.mark.parametrize("changed", [{"preview": "1"}, {"preview": str(uuid4())}, {"request_key": ""}])
def test_a_bad_form_charges_nothing(shop: Shop, browser, changed: dict[str, str]) -> None:
    subscribe_paid(shop)
    fields = form_fields(browser.get(address(shop)), action=address(shop))

    assert browser.post(address(shop), {**fields, **changed}).status_code == 400
    assert not PlanChange.objects.exists()


def test_who_may_not_is_told_so_and_strangers_find_nothing(shop: Shop, client) -> None:
    subscription = subscribe_paid(shop)
    use_card(subscription, "pm_card_chargeCustomerFail")
    waiting = changing.upgrade(shop)
    member = MembershipFactory(organization=shop.organization, role="member")
    stranger = MembershipFactory()
    places = [f"/billing/changes/{waiting.uuid}/", "/billing/plan/", address(shop)]

    client.force_login(member.user)
    assert [client.get(place).status_code for place in places] == [403, 403, 403]
    client.force_login(stranger.user)
    assert client.get(places[0]).status_code == 404
    assert client.post(f"{places[0]}give-up/", {"request_key": str(uuid4())}).status_code == 404
    waiting.refresh_from_db()
    assert waiting.state == "awaiting_payment"


def test_without_a_plan_there_is_nothing_to_change(shop: Shop, browser) -> None:
    assert browser.get("/billing/plan/").status_code == 409
    assert browser.get(address(shop)).status_code == 409


def test_an_unpaid_change_keeps_others_away(shop: Shop, browser) -> None:
    subscription = subscribe_paid(shop)
    use_card(subscription, "pm_card_chargeCustomerFail")
    changing.upgrade(shop)

    assert browser.get(address(shop)).status_code == 409
    assert "Change plan" not in words(browser.get("/billing/"))
