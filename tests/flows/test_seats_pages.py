"""Seats in a browser, wide and narrow: the meter, the number, the sum, done; axe finds nothing grave."""

import pytest
from playwright.sync_api import Page, expect

from billing.models import Price
from tests.billing.conftest import shop, team
from tests.billing.services.seats import let_join, quantity_at_stripe
from tests.billing.shop import Shop
from tests.flows.looking import PICTURES, look, sign_in

__all__ = ["shop", "team"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


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
