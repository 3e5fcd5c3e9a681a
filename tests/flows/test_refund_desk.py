"""Staff give money back in a browser, wide and narrow: a part, more than one may alone, and one that fails later."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from billing.models import RefundRequest
from tests.billing.conftest import shop
from tests.billing.refunding import ask, at_stripe, faults_of, fiona, paid, sam, see, sweep
from tests.billing.shop import Shop
from tests.flows.looking import look as look_at

__all__ = ["shop"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, user: User, address: str) -> None:
    client = Client()
    client.force_login(user)
    page.context.clear_cookies()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": address}])


def look(page: Page, name: str) -> None:
    """And go on with the wide page, on which the buttons stand open."""
    look_at(page, name)
    page.set_viewport_size({"width": 1280, "height": 900})


def fill(page: Page, amount: str) -> None:
    page.get_by_label("Amount", exact=True).fill(amount)
    page.get_by_label("Reason for the refund").select_option("requested_by_customer")
    page.get_by_label("What the credit note says").select_option("order_change")
    page.get_by_label("Keep the plan as it is").check()
    page.get_by_role("textbox", name="Note").fill("They never used it")
    page.get_by_role("button", name="Work out the sum").click()


def test_a_part_goes_back_from_the_page_of_an_invoice(page: Page, live_server, shop: Shop) -> None:
    charge = paid(shop)
    invoice = shop.organization.invoices.get()
    sign_in(page, sam(), live_server.url)
    page.goto(f"{live_server.url}/admin/billing/invoice/{invoice.pk}/change/")
    page.locator(f'a[href$="/{invoice.pk}/refund/"]').first.click()
    look(page, "refund-form")
    fill(page, "30.00")
    expect(page.get_by_role("button", name="Send €30.00 back")).to_be_visible()
    look(page, "refund-sum")
    page.get_by_role("button", name="Send €30.00 back").click()

    expect(page.get_by_text("€30.00 go to Stripe within seconds")).to_be_visible()
    sweep(shop)
    page.reload()
    expect(page.get_by_text("Sent back", exact=True)).to_be_visible()
    look(page, "refund-sent")
    assert [refund["amount"] for refund in at_stripe(charge)] == [3000]
    assert faults_of(charge) == []


def test_a_second_person_approves_what_is_above_the_limit(page: Page, live_server, shop: Shop) -> None:
    charge = paid(shop)
    sign_in(page, sam(), live_server.url)
    page.goto(f"{live_server.url}/admin/billing/chargeattempt/{charge.pk}/refund/")
    fill(page, "60.00")
    expect(page.get_by_text("A second person must approve this")).to_be_visible()
    look(page, "refund-above-limit")
    page.get_by_role("button", name="Ask for approval of €60.00").click()
    expect(page.get_by_text("Another person has to approve it")).to_be_visible()
    sweep(shop)
    assert at_stripe(charge) == []

    sign_in(page, fiona(), live_server.url)
    page.goto(f"{live_server.url}/admin/")
    look(page, "refund-front")
    page.get_by_role("link", name="Refunds to approve").click()
    look(page, "refund-queue")
    page.get_by_role("link", name="Oakline Studio").click()
    page.locator('a[href$="/approve/"]').first.click()
    page.get_by_role("textbox", name="Note").fill("Seen")
    look(page, "refund-approve")
    page.get_by_role("button", name="Approve and send it").click()
    expect(page.get_by_text("Approved. It goes to Stripe within seconds.")).to_be_visible()
    sweep(shop)

    assert [refund["amount"] for refund in at_stripe(charge)] == [6000]
    assert RefundRequest.objects.get().approved_by == fiona()


def test_one_that_fails_later_is_asked_for_again_or_closed(page: Page, live_server, shop: Shop) -> None:
    charge = paid(shop, number="4000 0000 0000 5126")
    request = ask(shop, charge, 3000)
    sweep(shop)
    request.refresh_from_db()
    assert request.state == "succeeded"
    shop.advance("PT2H")
    see(shop, request)
    sign_in(page, fiona(), live_server.url)
    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("link", name="Refunds that failed").click()
    page.get_by_role("link", name="Oakline Studio").click()
    expect(page.get_by_text("Failed: the customer has no money").first).to_be_visible()
    look(page, "refund-failed")
    page.locator('a[href$="/again/"]').first.click()
    look(page, "refund-again")
    page.get_by_role("textbox", name="Note").fill("Their bank opened the account again")
    page.get_by_role("button", name="Ask for it again").click()
    expect(page.get_by_text("Asked again.")).to_be_visible()
    expect(page.get_by_text("Failed and closed").first).to_be_visible()

    sweep(shop)
    again = RefundRequest.objects.get(replaces=request)
    shop.advance("PT2H")
    see(shop, again)
    page.goto(f"{live_server.url}/admin/billing/refundrequest/{again.pk}/close/")
    page.get_by_role("textbox", name="Note").fill("Paid by bank transfer")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("Closed. Nothing was sent.")).to_be_visible()
    assert faults_of(charge) == []
