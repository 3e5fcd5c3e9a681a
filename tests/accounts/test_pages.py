"""What holds on every page: one heading, safe forms, a strict content policy, no inline style or script."""

import re

import pytest
from django.test import Client

from accounts.invitation_links import join_path
from accounts.invitations import invite
from accounts.models import Membership, Role
from tests.accounts.steps import request_key

OPEN = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/done/",
    "/accounts/password/reset/key/1-abc-def/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/x:y:z/",
    "/accounts/inactive/",
    "/terms/",
    "/privacy/",
    "/nothing-here/",
]
OWN = [
    "/team/",
    "/team/switch/",
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
]
FORM = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL | re.IGNORECASE)


def assert_sound(response) -> None:
    page = response.content.decode()
    policy = response["Content-Security-Policy"]

    assert page.count("<h1") == 1
    assert re.search(r"<title>\s*\S.* · Tidewater\s*</title>", page)
    assert page.count("<main") == page.count('id="main"') == 1
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page)
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "{%" not in page
    assert "{{" not in page
    for form in FORM.findall(page):
        assert 'name="csrfmiddlewaretoken"' in form
        assert re.search(r'name="request_key" value="[0-9a-f-]{36}"', form)


@pytest.mark.parametrize("path", OPEN)
def test_page_for_everybody_is_sound(client: Client, db, path: str):
    assert_sound(client.get(path))


@pytest.mark.parametrize("path", OWN)
def test_page_of_a_person_is_sound(alice: Membership, signed_in, path: str):
    assert_sound(signed_in(alice).get(path))


def test_pages_about_one_member_are_sound(alice: Membership, bob: Membership, signed_in):
    browser = signed_in(alice)

    assert_sound(browser.get(f"/team/people/{bob.uuid}/role/"))
    assert_sound(browser.get(f"/team/people/{bob.uuid}/remove/"))


@pytest.mark.parametrize("who", ["visitor", "stranger", "owner"])
def test_page_of_an_invitation_is_sound(client: Client, alice: Membership, charlie: Membership, signed_in, who: str):
    invitation = invite(
        alice.organization,
        email="dora@x.example",
        role=Role.MEMBER,
        invited_by=alice.user,
        request_key=request_key(),
    )
    browser = {"visitor": client, "stranger": signed_in(charlie), "owner": signed_in(alice)}[who]

    assert_sound(browser.get(join_path(invitation), follow=True))


def test_each_form_has_a_request_key_of_its_own(alice: Membership, signed_in):
    browser = signed_in(alice)

    keys = re.findall(r'name="request_key" value="([^"]+)"', browser.get("/team/").content.decode())

    assert len(keys) > 1
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("path", "marked"),
    [("/team/", "Team"), ("/billing/details/", "Billing"), ("/billing/", "Billing"), ("/accounts/profile/", None)],
)
def test_navigation_marks_the_place(alice: Membership, signed_in, path: str, marked: str | None):
    page = signed_in(alice).get(path).content.decode()
    navigation = page[page.index('aria-label="Main"') : page.index("</nav>")]

    assert re.findall(r'aria-current="page">([^<]+)', navigation) == ([marked] if marked else [])


def test_own_names_with_signs_of_html_are_shown_as_text(alice: Membership, signed_in):
    alice.organization.name = "<b>Oak</b> & line"
    alice.organization.save()

    page = signed_in(alice).get("/team/").content.decode()

    assert "<b>Oak</b>" not in page
    assert "&lt;b&gt;Oak&lt;/b&gt; &amp; line" in page


def test_terms_name_the_version_that_a_consent_records(client: Client, db, settings):
    settings.TERMS_VERSION = "2031-07"

    assert b"Version 2031-07." in client.get("/terms/").content
