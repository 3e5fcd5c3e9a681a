"""The page of API keys and the API's own pages in a browser, wide and narrow, with axe and the content policy."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories import MembershipFactory
from tests.flows.looking import PICTURES, WIDTHS, look, sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_key_is_made_and_tried_in_the_docs(page: Page, live_server) -> None:
    alice = MembershipFactory(organization__name="Oakline Studio", user__full_name="Alice Nguyen")
    sign_in_as(page, alice.user, live_server.url)

    page.goto(f"{live_server.url}/team/")
    page.get_by_role("link", name="API keys").click()
    expect(page.get_by_text("No key yet")).to_be_visible()
    page.get_by_label("Name").fill("Shop backend")
    page.get_by_label("See invoices").check()
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("Key", exact=True).input_value()
    assert re.fullmatch(r"bk_test_[0-9a-f]{12}_[\w-]{43}", secret)
    look(page, "api-key-made")
    page.get_by_role("link", name="I have copied it").click()
    look(page, "api-keys")
    page.get_by_role("link", name="Rotate Shop backend").click()
    look(page, "api-key-rotate")
    page.goto(f"{live_server.url}/api/docs/")
    expect(page.get_by_text("/api/v1/exports/")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=PICTURES / f"api-docs-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".opblock-summary-get", has_text="/api/v1/organization/").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text("Oakline Studio")
    page.screenshot(path=PICTURES / "api-docs-tried.png")
    page.get_by_role("link", name="Codes of failures").click()
    look(page, "api-errors")
