"""What stories in a browser do again and again: sign in, and look at a page wide and narrow."""

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from accounts.models import User
from tests.billing.shop import Shop
from tests.flows.running import ROOT

PICTURES = ROOT / "var" / "pictures"
WIDTHS = (1280, 390)


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
    sign_in_as(page, shop.owner, address)


def sign_in_as(page: Page, person: User, address: str) -> None:
    client = Client()
    client.force_login(person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": address}])
