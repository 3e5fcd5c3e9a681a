"""The page of API keys: owners only; the key stands in one answer and in no other."""

import re
from uuid import uuid4

import pytest

from billing.models import ApiKey
from tests.billing.api.asking import make_key
from tests.billing.web.reading import words

pytestmark = pytest.mark.django_db
PAGE = "/team/api-keys/"
WRITTEN = re.compile(r"bk_test_[0-9a-f]{12}_[\w-]{43}")


def form(**changed) -> dict:
    return {
        "name": "Shop",
        "scopes": ["invoices:read", "entitlements:read"],
        "life_days": "90",
        "request_key": str(uuid4()),
        **changed,
    }


def test_a_key_is_shown_once(alice, browser_of) -> None:
    browser, sent = browser_of(alice), form()

    made, again, page = browser.post(PAGE, sent), browser.post(PAGE, sent), browser.get(PAGE)

    assert (made.status_code, again.status_code) == (200, 409)
    assert len(WRITTEN.findall(made.content.decode())) == 1
    assert WRITTEN.search(again.content.decode() + page.content.decode()) is None
    assert "no-store" in made["Cache-Control"]
    key = ApiKey.objects.get()
    assert key.shown in words(page)
    assert key.scopes == ["entitlements:read", "invoices:read"]


@pytest.mark.parametrize("changed", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"life_days": "3"}])
def test_a_form_that_says_nothing_sensible_is_shown_again(alice, browser_of, changed: dict) -> None:
    page = browser_of(alice).post(PAGE, form(**changed))

    assert (page.status_code, ApiKey.objects.count()) == (400, 0)


def test_a_key_is_rotated_and_revoked(alice, browser_of) -> None:
    key, _ = make_key(alice, "invoices:read")
    browser = browser_of(alice)

    rotated = browser.post(f"{PAGE}{key.uuid}/rotate/", {"overlap_hours": "24", "request_key": str(uuid4())})
    new = ApiKey.objects.get(replaces=key)
    revoked = browser.post(f"{PAGE}{new.uuid}/revoke/", {"request_key": str(uuid4())}, follow=True)

    assert WRITTEN.search(rotated.content.decode())
    assert "Shop is revoked" in revoked.content.decode()
    assert "Revoked" in words(revoked)
    assert "Replaced; ends" in words(revoked)


@pytest.mark.parametrize("path", ["", "{uuid}/rotate/", "{uuid}/revoke/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_members_are_refused_and_strangers_find_nothing(alice, bob, charlie, browser_of, path, method) -> None:
    key, _ = make_key(alice, "invoices:read")
    address = PAGE + path.format(uuid=key.uuid)
    sent = {"request_key": str(uuid4()), "overlap_hours": "24"}

    statuses = [getattr(browser_of(person), method)(address, sent).status_code for person in (bob, charlie)]

    key.refresh_from_db()
    assert statuses[0] == 403
    assert statuses[1] == 404 or not path
    assert (key.revoked_at, key.replaced_by) == (None, None)


def test_the_team_page_leads_there_for_owners_only(alice, bob, browser_of) -> None:
    assert f'href="{PAGE}"' in browser_of(alice).get("/team/").content.decode()
    assert f'href="{PAGE}"' not in browser_of(bob).get("/team/").content.decode()
