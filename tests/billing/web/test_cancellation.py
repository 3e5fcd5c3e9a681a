"""Leaving and coming back, from the pages."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing.models import CancelRequest, StaffTask, Subscription
from tests.billing.factories import InvoiceFactory
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def post(browser, address: str = "/billing/cancel/", **changed):
    return browser.post(address, {"request_key": str(uuid4()), **changed})


def test_the_page_says_until_when_and_what_stays_before_it_cancels(shop: Shop, browser) -> None:
    shop.subscribe()

    page = browser.get("/billing/cancel/")

    text = words(page)
    for said in ("Everything stays as it is", "You go on with Free", "Next charge None", "nothing is deleted"):
        assert said in text
    assert not CancelRequest.objects.exists()


def test_cancelling_and_taking_it_back_leave_the_plan_as_it_was(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    fields = form_fields(browser.get("/billing/cancel/"), action="/billing/cancel/")

    cancelled = browser.post("/billing/cancel/", {**fields, "reason": "unused", "comment": "Until spring"})
    page = browser.get("/billing/")
    subscription.refresh_from_db()
    assert cancelled.headers["Location"] == "/billing/"
    assert "Scale ends on" in words(page)
    assert subscription.cancel_at is not None

    undone = browser.post("/billing/cancel/undo/", form_fields(page, action="/billing/cancel/undo/"))
    subscription.refresh_from_db()
    assert undone.headers["Location"] == "/billing/"
    assert "Scale ends on" not in words(browser.get("/billing/"))
    assert subscription.cancel_at is None


def test_a_second_click_is_the_same_wish(shop: Shop, browser) -> None:
    shop.subscribe()
    key = str(uuid4())

    answers = [post(browser, request_key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert CancelRequest.objects.count() == 1


@pytest.mark.parametrize(
    "changed", [{"reason": "revenge"}, {"comment": "x" * 501}, {"request_key": ""}, {"request_key": "1"}]
)
def test_a_bad_form_is_a_clear_400_and_cancels_nothing(shop: Shop, browser, changed) -> None:
    shop.subscribe()

    page = post(browser, **changed)

    assert page.status_code == 400
    assert not CancelRequest.objects.exists()


def test_a_comment_that_is_too_long_is_kept_in_the_form(shop: Shop, browser) -> None:
    shop.subscribe()

    page = post(browser, comment="<i>" + "x" * 500, reason="other")

    html = page.content.decode()
    assert "&lt;i&gt;xxx" in html
    assert 'value="other" checked' in html


def test_without_a_plan_there_is_nothing_to_cancel_or_to_take_back(shop: Shop, browser) -> None:
    assert browser.get("/billing/cancel/").status_code == 409
    assert post(browser).status_code == 409
    assert post(browser, "/billing/cancel/undo/").status_code == 409


def test_a_member_may_not_cancel(shop: Shop, client) -> None:
    shop.subscribe()
    client.force_login(MembershipFactory(organization=shop.organization, role="member").user)

    assert client.get("/billing/cancel/").status_code == 403
    assert post(client).status_code == 403
    assert post(client, "/billing/cancel/undo/").status_code == 403
    assert not CancelRequest.objects.exists()


def test_taking_back_is_never_done_by_get(shop: Shop, browser) -> None:
    assert browser.get("/billing/cancel/undo/").status_code == 405


def test_stripe_that_does_not_answer_gives_a_retry_with_the_same_key(shop: Shop, browser) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscriptions*"})
    key = str(uuid4())

    page = post(browser, request_key=key, reason="unused")
    fields = form_fields(page, action="/billing/cancel/")
    retry = browser.post("/billing/cancel/", fields)

    assert page.status_code == 503
    assert fields == {"request_key": key, "reason": "unused"}
    assert retry.status_code == 302
    assert CancelRequest.objects.count() == 1


def test_leaving_at_once_is_a_page_of_its_own_that_asks_about_a_refund(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    shop.advance("P10D")

    page = browser.get("/billing/cancel/now/")
    text = words(page)
    fields = form_fields(page, action="/billing/cancel/now/")
    answer = browser.post("/billing/cancel/now/", {**fields, "reason": "unused", "refund": "yes"})

    for said in ("End Scale today?", "From now on You go on with Free", "would be unused", "cannot be taken back"):
        assert said in text
    subscription.refresh_from_db()
    assert (answer.status_code, subscription.status) == (302, "canceled")
    assert StaffTask.objects.get().kind == "refund_wished"


def test_of_a_trial_no_refund_is_asked(shop: Shop, browser) -> None:
    shop.subscribe(price=shop.growth)

    assert "unused" not in words(browser.get("/billing/cancel/now/"))


def test_past_due_the_page_leads_to_now_and_says_what_becomes_of_the_invoice(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    InvoiceFactory(
        organization=shop.organization,
        stripe_subscription_id=subscription.stripe_subscription_id,
        status="open",
        total_minor=12800,
        has_been_attempted=True,
    )
    Subscription.objects.filter(pk=subscription.pk).update(status="past_due", past_due_at=shop.now)

    led = browser.get("/billing/cancel/")
    text = words(browser.get("/billing/cancel/now/"))
    later = words(browser.get("/billing/cancel/?when=end"))

    assert led.headers["Location"] == "/billing/cancel/now/"
    assert "Open now €128.00" in text
    assert "The open invoice Is cancelled" in text
    assert "Still to pay €128.00" in later


def test_a_day_is_chosen_without_javascript(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    day = (shop.now + timedelta(days=9)).date()

    page = browser.get("/billing/cancel/day/")
    fields = form_fields(page, action="/billing/cancel/day/")
    refused = browser.post("/billing/cancel/day/", {**fields, "ends_on": "next week"})
    answer = browser.post("/billing/cancel/day/", {**fields, "ends_on": day.isoformat()})

    subscription.refresh_from_db()
    assert 'type="date"' in page.content.decode()
    assert (refused.status_code, answer.status_code) == (400, 302)
    assert subscription.cancel_at is not None
    assert subscription.cancel_at.date() == day
    assert "Scale ends on" in words(browser.get("/billing/"))


@pytest.mark.parametrize("address", ["/billing/cancel/now/", "/billing/cancel/day/"])
def test_only_who_manages_the_billing_may_leave(shop: Shop, client, address: str) -> None:
    shop.subscribe()
    client.force_login(MembershipFactory(organization=shop.organization, role="member").user)

    assert client.get(address).status_code == 403
    assert post(client, address).status_code == 403
    assert not CancelRequest.objects.exists()
