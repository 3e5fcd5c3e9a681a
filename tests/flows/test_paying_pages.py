"""A promotion code and a second card in a browser, with and without scripts; axe finds nothing grave."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from billing.gateway.client import client
from billing.models import PaymentMethod, Subscription
from tests.billing.conftest import shop
from tests.billing.promotions import give_code
from tests.billing.shop import Shop
from tests.flows.looking import look, sign_in
from tests.flows.test_newcomer import fill_card

__all__ = ["shop"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a browser that runs scripts, or not."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="UTC", java_script_enabled=request.param
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_a_code_lowers_the_first_charge(page: Page, browser_faults: list[str], live_server, shop: Shop) -> None:
    give_code("WELCOME", duration="repeating", duration_in_months=3)
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/billing/choose/scale_month_eur/")
    page.get_by_label("Promotion code").fill("NOPE")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert")).to_contain_text("We do not know this code.")
    look(page, "code-refused")
    assert [fault for fault in browser_faults if "409" in fault] == browser_faults
    browser_faults.clear()  # The refusal itself.
    page.get_by_label("Promotion code").fill("welcome")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("WELCOME, 20% off")).to_be_visible()
    look(page, "code-chosen")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Continue, and pay €102.40").click()
    fill_card(page, "4242 4242 4242 4242")
    page.get_by_role("button", name=re.compile("102.40")).click()
    page.wait_for_url(f"{live_server.url}/billing/**")

    assert client().v1.charges.list()["data"][0]["amount"] == 10240


def test_a_code_is_used_and_removed_while_the_plan_runs(visitor: Page, live_server, shop: Shop) -> None:
    subscription = shop.subscribe()
    give_code("WELCOME")
    sign_in(visitor, shop, live_server.url)

    visitor.goto(f"{live_server.url}/billing/")
    visitor.get_by_role("link", name="Use a promotion code").click()
    visitor.get_by_label("Promotion code").fill("welcome")
    visitor.get_by_role("button", name="Show the sum").click()
    expect(visitor.get_by_text("Nothing is charged today.")).to_be_visible()
    visitor.get_by_role("button", name="Use WELCOME").click()
    expect(visitor.get_by_text("20% off, for as long as the plan runs")).to_be_visible()
    visitor.get_by_role("link", name="Remove", exact=True).click()
    visitor.get_by_role("button", name="Remove the discount").click()
    expect(visitor.get_by_text("The discount is removed.")).to_be_visible()

    assert client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["discounts"] == []


def test_a_second_card_is_added_chosen_and_the_first_removed(visitor: Page, live_server, shop: Shop) -> None:
    shop.subscribe()
    sign_in(visitor, shop, live_server.url)

    visitor.goto(f"{live_server.url}/billing/payment-methods/")
    visitor.get_by_role("button", name="Add a card").click()
    fill_card(visitor, "5555 5555 5555 4444")
    visitor.get_by_role("main").get_by_role("button").last.click()
    visitor.wait_for_url(f"{live_server.url}/billing/payment-methods/")
    expect(visitor.get_by_text("The card is saved.")).to_be_visible()
    visitor.get_by_role("button", name=re.compile("Charge this one")).click()
    expect(visitor.get_by_text("This card is charged from now on.")).to_be_visible()
    visitor.get_by_role("link", name="Remove Visa ending 4242").click()
    visitor.get_by_role("button", name="Remove the card").click()
    expect(visitor.get_by_text("The card is removed.")).to_be_visible()

    mastercard = PaymentMethod.objects.get(card_brand="mastercard")
    assert Subscription.objects.get().stripe_payment_method_id == mastercard.stripe_payment_method_id


def test_the_pages_of_cards_and_discounts_can_be_used_by_everybody(page: Page, live_server, shop: Shop) -> None:
    shop.subscribe()
    give_code("WELCOME")
    sign_in(page, shop, live_server.url)

    visa = PaymentMethod.objects.get().stripe_payment_method_id
    for name, path in {
        "payment-methods": "/billing/payment-methods/",
        "payment-method-remove": f"/billing/payment-methods/{visa}/remove/",
        "discount": "/billing/discount/?code=WELCOME",
    }.items():
        page.goto(live_server.url + path)
        look(page, name)
