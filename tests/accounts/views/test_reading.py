"""Language and time zone: a person's own, and those of an organization's billing mails."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from accounts.middleware import TimeZoneMiddleware
from accounts.models import Membership
from tests.accounts.steps import request_key, text_of

OWN, BILLING = "/accounts/reading/", "/team/organization/language/"


def choose(browser, page: str, **changed: str):
    form = {"language": "de", "time_zone": "Europe/Berlin", "request_key": request_key(), **changed}
    return browser.post(page, form)


def test_a_person_chooses_language_and_time_zone(alice: Membership, signed_in) -> None:
    response = choose(signed_in(alice), OWN)

    alice.user.refresh_from_db()
    assert response["Location"] == OWN
    assert (alice.user.language, alice.user.time_zone) == ("de", "Europe/Berlin")
    assert alice.organization.language == ""


def test_an_organization_has_its_own_for_billing_mails(alice: Membership, signed_in) -> None:
    choose(signed_in(alice), BILLING)

    alice.organization.refresh_from_db()
    alice.user.refresh_from_db()
    assert (alice.organization.language, alice.organization.time_zone) == ("de", "Europe/Berlin")
    assert alice.user.language == ""


def test_both_can_be_left_to_the_installation_again(alice: Membership, signed_in) -> None:
    browser = signed_in(alice)
    choose(browser, OWN)

    choose(browser, OWN, language="", time_zone="")

    alice.user.refresh_from_db()
    assert (alice.user.language, alice.user.time_zone) == ("", "")


@pytest.mark.parametrize("page", [OWN, BILLING])
@pytest.mark.parametrize("changed", [{"language": "tlh"}, {"time_zone": "Mars/Olympus"}, {"request_key": ""}])
def test_what_is_not_offered_is_refused(alice: Membership, signed_in, page: str, changed: dict[str, str]) -> None:
    response = choose(signed_in(alice), page, **changed)

    alice.user.refresh_from_db()
    alice.organization.refresh_from_db()
    assert response.status_code == 400
    assert (alice.user.language, alice.organization.language) == ("", "")


def test_a_member_does_not_choose_for_the_organization(bob: Membership, signed_in) -> None:
    assert choose(signed_in(bob), BILLING).status_code == 403


def test_the_pages_say_what_is_usual_here(alice: Membership, signed_in, settings) -> None:
    settings.DEFAULT_LANGUAGE = "de"

    assert "As usual here: Deutsch" in text_of(signed_in(alice).get(OWN))
    assert alice.organization.email in text_of(signed_in(alice).get(BILLING))


def test_pages_write_days_in_the_readers_time_zone(alice: Membership) -> None:
    alice.user.time_zone = "Pacific/Auckland"
    request = RequestFactory().get("/", headers={"cookie": "sessionid=1"})
    request.user = alice.user
    page = Template("{% load billing %}{{ at|day_text }}")

    shown = TimeZoneMiddleware(lambda _: page.render(Context({"at": datetime(2026, 12, 14, 12, tzinfo=UTC)})))

    assert shown(request) == "15 Dec 2026"
