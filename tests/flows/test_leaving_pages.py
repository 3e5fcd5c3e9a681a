"""Pausing, going on and leaving in a browser, wide and narrow, without JavaScript; axe finds nothing grave."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from billing.models import CancelRequest
from tests.billing.conftest import shop
from tests.billing.shop import Shop
from tests.flows.looking import look, sign_in

__all__ = ["shop"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_plan_is_paused_and_goes_on_with_one_charge(page: Page, live_server, shop: Shop) -> None:
    subscription = shop.subscribe()
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/billing/")
    page.get_by_role("link", name="Cancel Scale").click()
    look(page, "cancel")
    page.get_by_role("link", name="Pause Scale for one to three months").click()
    look(page, "pause")
    page.get_by_label("2 months, until").check()
    page.get_by_role("button", name="Pause Scale").click()
    expect(page.get_by_role("heading", name="Scale pauses on")).to_be_visible()
    shop.work_off()
    page.reload()
    look(page, "billing-pausing")

    shop.advance("P40D")
    shop.look_at(subscription)
    page.reload()
    expect(page.get_by_role("heading", name="Scale is paused until")).to_be_visible()
    look(page, "billing-paused")
    page.get_by_role("link", name="Go on now").click()
    look(page, "resume")
    page.get_by_role("button", name="Pay €128.00 and go on").click()
    expect(page.get_by_role("status")).to_contain_text("Your plan goes on")
    expect(page.get_by_role("main")).to_contain_text("Next charge")


def test_leaving_on_a_day_and_then_at_once_asks_for_the_reason_and_the_refund(
    page: Page, live_server, shop: Shop
) -> None:
    subscription = shop.subscribe()
    shop.advance("P10D")
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/billing/cancel/")
    page.get_by_role("link", name="choose another day").click()
    page.get_by_label("Last day").fill((shop.now + timedelta(days=40)).date().isoformat())
    look(page, "cancel-on-day")
    page.get_by_label("We do not use it enough").check()
    page.get_by_role("button", name="Cancel on this day").click()
    expect(page.get_by_role("heading", name="Scale ends on")).to_be_visible()

    page.goto(f"{live_server.url}/billing/cancel/now/")
    look(page, "cancel-now")
    page.get_by_label("Please look at a refund").check()
    page.get_by_label("It costs too much").check()
    page.get_by_label("What could be better?").fill("A smaller plan")
    page.get_by_role("button", name="End Scale today").click()
    expect(page.get_by_role("link", name="Come back to Scale")).to_be_visible()
    shop.work_off()
    page.reload()
    look(page, "billing-ended")

    subscription.refresh_from_db()
    assert subscription.status == "canceled"
    reasons = CancelRequest.objects.order_by("pk").values_list("action", "reason", "comment", "wants_refund")
    assert list(reasons) == [
        ("cancel_at", "unused", "", False),
        ("cancel_now", "too_expensive", "A smaller plan", True),
    ]


def test_each_page_works_without_javascript(browser: Browser, live_server, shop: Shop) -> None:
    shop.subscribe()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/billing/pause/")
    page.get_by_label("1 month, until").check()
    page.get_by_role("button", name="Pause Scale").click()
    page.get_by_role("link", name="Keep Scale").click()
    page.get_by_role("button", name="Go on").click()
    page.goto(f"{live_server.url}/billing/cancel/now/")
    page.get_by_role("button", name="End Scale today").click()

    expect(page.get_by_role("heading", name="Scale ended on")).to_be_visible()
    context.close()
