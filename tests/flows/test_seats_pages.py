"""Seats in a browser, wide and narrow: the meter, the number, the sum, done; axe finds nothing grave."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from billing.models import Price
from tests.billing.conftest import shop, team
from tests.billing.services.seats import let_join, quantity_at_stripe
from tests.billing.shop import Shop
from tests.flows.running import ROOT

__all__ = ["shop", "team"]
PICTURES = Path(ROOT) / "var" / "pictures"
WIDTHS = (1280, 390)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def look(page: Page, name: str) -> None:
    """Keep a picture of each width; nothing may stick out sideways, and axe must find nothing grave."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [item["id"] for item in found if item["impact"] in ("serious", "critical")] == []


def sign_in(page: Page, shop: Shop, address: str) -> None:
    client = Client()
    client.force_login(shop.owner)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": address}])


def test_seats_are_added_and_given_up(
    page: Page, browser_faults: list[str], live_server, shop: Shop, team: Price
) -> None:
    let_join(shop, 4)
    subscription = shop.subscribe(price=team)
    shop.advance("P10D")
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/billing/")
    expect(page.get_by_text("5 of 5 seats paid")).to_be_visible()
    look(page, "seats-billing")
    page.get_by_role("link", name="Change seats").click()
    look(page, "seats")
    page.get_by_label("Seats", exact=True).fill("4")
    page.get_by_role("button", name="Show what it costs").click()
    expect(page.get_by_role("alert")).to_contain_text("5 people use a seat")
    look(page, "seats-refused")
    assert [fault for fault in browser_faults if "409" in fault] == browser_faults
    browser_faults.clear()  # The refusal itself.
    page.get_by_label("Seats", exact=True).fill("8")
    page.get_by_role("button", name="Show what it costs").click()
    look(page, "seats-preview")
    page.get_by_role("button", name="Add 3 seats").click()
    expect(page.get_by_text("You have 8 seats now.")).to_be_visible()
    page.get_by_role("link", name="Change seats").click()
    page.get_by_label("Seats", exact=True).fill("6")
    page.get_by_role("button", name="Show what it costs").click()
    look(page, "seats-fewer")
    page.get_by_role("button", name="Give up 2 seats").click()
    expect(page.get_by_text("5 of 8 seats paid")).to_be_visible()
    look(page, "seats-lowered")

    assert quantity_at_stripe(subscription) == 6


def test_an_invitation_names_the_price_of_its_seat(page: Page, live_server, shop: Shop, team: Price) -> None:
    let_join(shop, 2)
    shop.subscribe(price=team)
    shop.advance("P10D")
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/team/")
    expect(page.get_by_text("3 of 3 seats paid")).to_be_visible()
    look(page, "team")
    page.get_by_label("E-mail").fill("new@oakline.example")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This adds a seat")
    look(page, "invite-seat")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("Invitation sent to new@oakline.example.")).to_be_visible()


def test_seats_are_chosen_before_the_checkout(page: Page, live_server, shop: Shop, team: Price) -> None:
    let_join(shop, 4)
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/billing/choose/{team.lookup_key}/")
    expect(page.get_by_text("5 seats at €16.00")).to_be_visible()
    page.get_by_label("Seats").fill("7")
    page.get_by_role("button", name="Show the sum").first.click()
    expect(page.get_by_text("Due today")).to_be_visible()
    look(page, "seats-choose")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Continue, and pay €112.00").click()
    expect(page.get_by_text("€112.00").first).to_be_visible()
    page.screenshot(path=PICTURES / "seats-checkout.png", full_page=True)
