"""A renewal that fails, in a browser: the mail, the billing page while it is pursued, and after its last day."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from billing.models import DunningCase, Notice, StaffTask
from tests.billing.conftest import shop
from tests.billing.pursuit import advance_to, failed_renewal, new_card, pursue
from tests.billing.pursuit import look as look_at_stripe
from tests.billing.shop import Shop
from tests.flows.looking import look, sign_in
from tests.flows.test_newcomer import fill_card

__all__ = ["shop"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_want_of_money_is_told_with_its_days_and_passes(page: Page, live_server, shop: Shop) -> None:
    subscription, case = failed_renewal(shop)
    text = Notice.objects.get(kind="payment_failed_funds").content.text
    assert "We try again on" in text
    assert re.search(r"/pay/\S+", text)
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/billing/")
    banner = page.get_by_role("region", name=re.compile("did not go through"))
    expect(banner).to_contain_text("there was not enough money on")
    expect(banner).to_contain_text("Nothing was taken. We try again on")
    expect(banner).to_contain_text("Without a payment Scale ends on")
    expect(banner.get_by_role("link", name="Pay €128.00")).to_be_visible()
    expect(page.get_by_text("While an invoice is open, plan and seats cannot be changed.")).to_be_visible()
    expect(page.get_by_text("if the payment has not arrived. You go on with Free")).to_be_visible()
    look(page, "past-due-funds")
    page.goto(f"{live_server.url}/")
    expect(page.get_by_text("Your plan, past due")).to_be_visible()
    look(page, "past-due-pricing")

    advance_to(shop, case.due_at)
    pursue(shop)
    page.goto(f"{live_server.url}/billing/")
    expect(page.get_by_text("did not go through")).to_have_count(0)
    assert shop.look_at(subscription).status == "active"


def test_a_stolen_card_is_met_in_neutral_words_until_a_new_one_pays(page: Page, live_server, shop: Shop) -> None:
    subscription, _ = failed_renewal(shop, "pm_card_sandbox_stolen_card")
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/billing/")
    banner = page.get_by_role("region", name=re.compile("did not go through"))
    expect(banner).to_contain_text("Please use another card, or ask your bank. Nothing was taken.")
    expect(banner).not_to_contain_text("try")
    look(page, "past-due-refused")

    new_card(shop, subscription)
    pursue(shop)
    page.goto(f"{live_server.url}/billing/")
    expect(page.get_by_text("did not go through")).to_have_count(0)


def test_after_the_last_day_the_plan_has_ended_for_it(page: Page, live_server, shop: Shop) -> None:
    subscription, case = failed_renewal(shop, "pm_card_sandbox_stolen_card")
    sign_in(page, shop, live_server.url)

    advance_to(shop, case.read_only_at)
    page.goto(f"{live_server.url}/billing/")
    expect(page.get_by_text("Everything can be read and nothing changed until it is paid.")).to_be_visible()
    look(page, "past-due-read-only")
    advance_to(shop, case.deadline_at - timedelta(hours=72))
    pursue(shop)
    assert Notice.objects.filter(kind="payment_last_notice").count() == 1
    advance_to(shop, DunningCase.objects.get().deadline_at)
    pursue(shop)
    look_at_stripe(shop, subscription)

    page.goto(f"{live_server.url}/billing/")
    expect(page.get_by_role("heading", name=re.compile("Scale ended on"))).to_be_visible()
    expect(page.get_by_text("can still be paid")).to_be_visible()
    look(page, "past-due-ended")
    assert "Scale has ended: €128.00 was not paid" in Notice.objects.get(kind="payment_plan_ended").content.subject

    link = re.search(r"/pay/\S+", Notice.objects.get(kind="payment_last_notice").content.text)
    page.goto(live_server.url + link.group())
    fill_card(page, "4242 4242 4242 4242")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")
    look_at_stripe(shop, subscription)
    assert DunningCase.objects.get().state == "recovered_late"
    assert StaffTask.objects.filter(kind="late_payment").exists()
