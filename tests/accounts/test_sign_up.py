"""Sign-up: a person, an organization and the consent, or nothing at all."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import Consent, Membership, Organization, Role, User
from tests.accounts.steps import path_in, sign_up_form
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "/accounts/signup/"


def test_sign_up_makes_a_person_who_owns_a_new_organization(client: Client):
    response = client.post(URL, sign_up_form())

    membership = Membership.objects.get()
    assert response.status_code == 302
    assert membership.user.email == "nina@new.example"
    assert membership.user.full_name == "Nina Haas"
    assert membership.role == Role.OWNER
    assert membership.organization.name == "Haas & Daughters"
    assert membership.organization.email == "nina@new.example"


def test_sign_up_records_the_consent_with_version_address_and_browser(client: Client, settings):
    settings.TERMS_VERSION = "2031-07"

    client.post(URL, sign_up_form(), headers={"user-agent": "Netscape 4"}, REMOTE_ADDR="203.0.113.9")

    consent = Consent.objects.get()
    assert consent.user == User.objects.get()
    assert consent.organization == Organization.objects.get()
    assert consent.occasion == Consent.Occasion.SIGN_UP
    assert (consent.terms_version, consent.ip_address) == ("2031-07", "203.0.113.9")
    assert consent.user_agent == "Netscape 4"


@pytest.mark.parametrize(("proxies", "expected"), [(0, "127.0.0.1"), (1, "198.51.100.7")])
def test_forwarded_address_counts_only_behind_a_trusted_proxy(client, settings, proxies: int, expected: str):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    client.post(URL, sign_up_form(), headers={"x-forwarded-for": "198.51.100.7"})

    assert Consent.objects.get().ip_address == expected


@pytest.mark.parametrize(("name", "expected"), [("Nina Haas", "Nina Haas"), ("", "nina")])
def test_organization_without_a_name_is_called_after_its_owner(client: Client, name: str, expected: str):
    client.post(URL, sign_up_form(organization_name="", full_name=name))

    assert Organization.objects.get().name == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"terms": ""},
        {"email": ""},
        {"email": "nobody"},
        {"password1": ""},
        {"password1": "short"},
        {"password1": "123456789012"},
        {"password1": "nina@new.example"},
        {"organization_name": "x" * 121},
    ],
    ids=str,
)
def test_bad_sign_up_is_refused_and_leaves_nothing(client: Client, changes: dict[str, str]):
    response = client.post(URL, sign_up_form(**changes))

    assert response.status_code == 400
    assert not User.objects.exists()
    assert not Organization.objects.exists()
    assert not Consent.objects.exists()
    assert mail.outbox == []


def test_email_is_kept_in_lower_case(client: Client):
    client.post(URL, sign_up_form("Nina@New.Example"))

    assert User.objects.get().email == "nina@new.example"


def test_person_is_not_signed_in_before_the_mailbox_is_proven(client: Client):
    client.post(URL, sign_up_form())

    response = client.get("/team/")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
    assert not EmailAddress.objects.get().verified


def test_second_click_makes_no_second_person_and_no_second_mail(client: Client):
    form = sign_up_form()
    client.post(URL, form)

    response = client.post(URL, form)

    assert response.status_code == 302
    assert User.objects.count() == Organization.objects.count() == Consent.objects.count() == 1
    assert len(mail.outbox) == 1


def test_known_email_gets_the_same_answer_and_its_owner_a_mail(client: Client):
    UserFactory(email="nina@new.example")

    known = client.post(URL, sign_up_form("nina@new.example"))
    unknown = Client().post(URL, sign_up_form("omar@new.example"))

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [["nina@new.example"], ["omar@new.example"]]
    assert "already" in mail.outbox[0].subject
    assert Organization.objects.count() == 1
    assert Consent.objects.filter(user__email="nina@new.example").count() == 0


def test_get_shows_the_form_and_makes_nothing(client: Client):
    response = client.get(URL)

    assert response.status_code == 200
    assert not User.objects.exists()


def test_sign_up_without_the_csrf_token_is_refused():
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(URL, sign_up_form())

    assert response.status_code == 403
    assert b"grown old" in response.content
    assert not User.objects.exists()


def test_mail_holds_text_and_html_with_the_same_link(client: Client):
    client.post(URL, sign_up_form())

    (message,) = mail.outbox
    html, kind = message.alternatives[0]
    assert message.subject == "Confirm nina@new.example for Tidewater"
    assert kind == "text/html"
    assert path_in(message) in html
