"""A change of plan in a browser, wide and narrow: the sum, the charge, a refused card, and the bank's question."""

import pytest
from playwright.sync_api import Page, expect

from billing.models import ChangePreview, PlanChange, Subscription
from tests.billing.conftest import shop
from tests.billing.services import changing
from tests.billing.services.changing import subscribe_paid, use_card
from tests.billing.shop import Shop
from tests.flows.looking import look, sign_in

__all__ = ["shop"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def open_upgrade(page: Page, shop: Shop, address: str, *, card: str = "") -> Subscription:
    """Ten days into Growth, at the page that shows what Scale costs."""
    subscription = subscribe_paid(shop)
    if card:
        use_card(subscription, card)
        shop.look_at(subscription)
    sign_in(page, shop, address)
    page.goto(f"{address}/billing/")
    page.get_by_role("link", name="Change plan").click()
    page.get_by_role("link", name="Choose Scale").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Growth to Scale, today")
    return subscription


def test_an_upgrade_shows_its_sum_and_charges_it(page: Page, live_server, shop: Shop) -> None:
    subscription = subscribe_paid(shop)
    changing.tax(subscription)
    changing.give_credit(subscription, amount_minor=1250)
    sign_in(page, shop, live_server.url)
    page.goto(f"{live_server.url}/billing/plan/")
    look(page, "change-plan-choice")
    page.get_by_role("link", name="Choose Scale").click()
    look(page, "change-plan-preview")
    shown = ChangePreview.objects.latest("pk")

    page.get_by_role("button", name=f"Pay €{shown.due_now_minor / 100:.2f} and change").click()

    expect(page.get_by_text("Scale is on. Thank you for the payment.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Scale")
    look(page, "change-plan-done")
    assert changing.latest_invoice(subscription)["amount_paid"] == shown.due_now_minor


def test_a_refused_card_leaves_the_old_plan_and_another_card_makes_the_change(
    page: Page, live_server, shop: Shop
) -> None:
    subscription = open_upgrade(page, shop, live_server.url, card="pm_card_chargeCustomerFail")

    page.get_by_role("button", name="and change").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("did not go through")
    look(page, "change-plan-refused")
    subscription.refresh_from_db()
    assert subscription.stripe_price_id == shop.growth.stripe_price_id
    page.goto(f"{live_server.url}/billing/")
    look(page, "change-plan-billing-unpaid")
    page.get_by_role("link", name="and change").click()
    fill_card(page, "4242 4242 4242 4242")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    page.goto(f"{live_server.url}/billing/changes/{PlanChange.objects.get().uuid}/")
    expect(page.get_by_text("Scale is on. Thank you for the payment.")).to_be_visible()


def test_the_bank_is_asked_and_the_plan_changes_when_it_has_agreed(page: Page, live_server, shop: Shop) -> None:
    open_upgrade(page, shop, live_server.url, card="pm_card_authenticationRequired")

    page.get_by_role("button", name="and change").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("with your bank")
    look(page, "change-plan-confirm")
    ours = page.url
    page.get_by_role("link", name="Confirm with your bank").click()
    page.get_by_role("link", name="Confirm with your bank").click()
    page.get_by_role("button", name="Complete").click()
    page.goto(ours)
    expect(page.get_by_text("Scale is on. Thank you for the payment.")).to_be_visible()


def test_a_lower_plan_waits_for_the_period_end(page: Page, live_server, shop: Shop) -> None:
    subscribe_paid(shop)
    low = changing.starter(shop)
    sign_in(page, shop, live_server.url)
    page.goto(f"{live_server.url}/billing/plan/{low.lookup_key}/")
    look(page, "change-plan-down")

    page.get_by_role("button", name="Change on").click()

    expect(page.get_by_text("Starter is planned")).to_be_visible()
    look(page, "change-plan-planned")


def fill_card(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Valid to").fill("12 / 30")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Alice Nguyen")
    page.get_by_label("Country").select_option("FR")
    page.get_by_label("Postcode").fill("69002")
