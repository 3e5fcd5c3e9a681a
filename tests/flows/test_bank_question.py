"""A renewal that the bank wants confirmed, from the mail to the paid invoice, in a browser."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from billing.models import Invoice, Notice, Subscription
from tests.billing.conftest import shop
from tests.billing.shop import Shop
from tests.flows.looking import PICTURES, look, sign_in

__all__ = ["shop"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def subscription(shop: Shop) -> Subscription:
    cache.clear()
    return shop.subscribe()


@pytest.fixture
def renewal(shop: Shop, subscription: Subscription) -> Invoice:
    shop.charge_only(subscription, "pm_card_authenticationRequired")
    shop.advance("P36D")
    return shop.renewal(subscription)


def path_in_the_mail() -> str:
    found = re.search(r"https?://[^/\s]+(/pay/\S+)", Notice.objects.get(kind="payment_failed_auth").content.text)
    assert found
    return found[1]


def test_a_renewal_is_confirmed_by_the_link_of_the_mail(
    page: Page, browser_faults: list[str], live_server, shop: Shop, subscription: Subscription, renewal: Invoice
) -> None:
    link = live_server.url + path_in_the_mail()

    # Without a sign-in: the mail's link leads to this invoice's payment page, and to nothing of ours.
    page.goto(link)
    expect(page).to_have_url(renewal.hosted_invoice_url)
    page.get_by_role("link", name=re.compile("bank", re.IGNORECASE)).click()
    page.get_by_role("button", name=re.compile("Complete")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")

    paid = shop.renewal(subscription)
    assert paid.status == "paid"
    assert shop.look_at(subscription).status == "active"
    assert Notice.objects.filter(key=f"receipt:{renewal.stripe_invoice_id}").count() == 1

    # The same link again says that there is nothing left to do.
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This invoice is paid")
    look(page, "pay-link-closed")
    assert [fault for fault in browser_faults if "410" in fault] == browser_faults
    browser_faults.clear()


def test_the_banner_leads_to_the_bank_and_back(
    page: Page, live_server, shop: Shop, subscription: Subscription, renewal: Invoice
) -> None:
    sign_in(page, shop, live_server.url)
    page.goto(f"{live_server.url}/billing/")
    look(page, "confirm-banner")
    page.get_by_role("link", name="Confirm with your bank").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirm €128.00 with your bank")
    look(page, "confirm")

    page.get_by_role("link", name="Confirm with your bank").click()
    page.get_by_role("link", name=re.compile("bank", re.IGNORECASE)).click()
    page.get_by_role("button", name=re.compile("Fail")).click()
    page.goto(f"{live_server.url}/billing/confirm/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("no confirmation from you")
    look(page, "confirm-failed")

    page.goto(f"{live_server.url}/billing/history/")
    expect(page.get_by_text("was not confirmed. Nothing was taken")).to_be_visible()
    look(page, "history")
    page.goto(f"{live_server.url}/billing/invoices/")
    look(page, "invoices-open")


def test_language_and_time_zone_are_chosen_and_mails_previewed(page: Page, live_server, shop: Shop) -> None:
    sign_in(page, shop, live_server.url)
    page.goto(f"{live_server.url}/accounts/reading/")
    look(page, "reading")
    page.get_by_role("combobox", name="Language").select_option("de")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    shop.owner.is_staff = shop.owner.is_superuser = True
    shop.owner.save()

    page.goto(f"{live_server.url}/admin/billing/notice/preview/payment_failed_auth/?language=de")
    page.screenshot(path=PICTURES / "notice-preview.png", full_page=True)
    expect(page.get_by_role("link", name="The same as HTML")).to_be_visible()
