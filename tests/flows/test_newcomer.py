"""The main job as a new user does it, through the real pages of the running product."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.flows.running import ROOT, Running

EMAIL = "nora@newcomer.example"
PICTURES = ROOT / "var" / "pictures"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def picture(page: Page, name: str) -> None:
    """Keep what a person sees, wide and narrow, by day and by night, and ask axe whether everybody can use it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, scheme in ((1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert grave_findings(page) == []
        page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def grave_findings(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{item['id']} at {page.url}" for item in found if item["impact"] in ("serious", "critical")]


def sign_up(page: Page, running: Running) -> None:
    page.goto(running.url)
    picture(page, "pricing")
    page.get_by_role("link", name="Try for 14 days").click()
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill("a quiet harbour 42")
    page.get_by_label("Organization").fill("Newcomer Ltd")
    page.get_by_role("checkbox").check()
    picture(page, "sign-up")
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    link = re.search(rf"{running.url}/accounts/confirm-email/\S+", running.latest_mail())
    assert link, "no mail with a link"
    page.goto(link[0])
    page.get_by_role("main").get_by_role("button").click()


def start_trial_with_card(page: Page, number: str) -> None:
    page.get_by_role("checkbox").check()
    picture(page, "choose")
    page.get_by_role("button", name="Continue, and add a card").click()
    fill_card(page, number)
    picture(page, "sandbox-checkout")
    page.get_by_role("button", name="Start free trial").click()


def fill_card(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Valid to").fill("12 / 30")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Nora Newcomer")
    page.get_by_label("Country").select_option("FR")
    page.get_by_label("Postcode").fill("69002")


def test_a_newcomer_tries_pays_cancels_and_comes_back(
    page: Page, start: Callable[[], Running], tmp_path: Path
) -> None:
    running = start()
    sign_up(page, running)
    start_trial_with_card(page, "4242 4242 4242 4242")

    # Back on our own page, in the trial, with access.
    page.wait_for_url(f"{running.url}/billing/**")
    page.goto(f"{running.url}/billing/")
    expect(page.get_by_role("main")).to_contain_text("Growth")
    expect(page.get_by_role("main")).to_contain_text("Trial")
    picture(page, "billing-trial")
    page.goto(f"{running.url}/app/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    picture(page, "app")

    # Cancel in Stripe's portal; our page follows by webhook.
    page.goto(f"{running.url}/billing/")
    page.get_by_role("button", name="Card and billing details").click()
    picture(page, "sandbox-portal")
    page.get_by_role("link", name="Cancel Growth").click()
    page.get_by_role("button", name=re.compile("Cancel on")).click()
    page.get_by_role("link", name=re.compile("Back to")).first.click()
    page.goto(f"{running.url}/billing/")
    eventually(page, "ends on")
    picture(page, "billing-cancelling")

    # Take it back on our own page.
    page.get_by_role("button", name=re.compile("Keep Growth")).first.click()
    expect(page.get_by_role("main")).not_to_contain_text("You will not be charged again")

    # Forty days later the trial is over and the card was charged, twice.
    travelled = running.manage("travel", "--days", "40")
    assert "trialing → active" in travelled
    page.goto(f"{running.url}/billing/invoices/")
    expect(page.get_by_role("main").get_by_text("€48.00").first).to_be_visible()
    picture(page, "invoices")
    page.goto(f"{running.url}/billing/")
    expect(page.get_by_role("main")).to_contain_text("Active")
    picture(page, "billing")
    mails = running.mails()
    assert "Growth is on" in mails
    assert "Your trial ends on" in mails


def eventually(page: Page, words: str, tries: int = 20) -> None:
    """Reload until the page says so: a webhook is on its way."""
    for _ in range(tries):
        if words in page.get_by_role("main").inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_role("main")).to_contain_text(words)
