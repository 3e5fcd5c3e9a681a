"""The link that proves a mailbox: who follows it, in which browser, and what then is open."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from tests.accounts.steps import PASSWORD, path_in, request_key, sign_up_form, text_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def sign_up(client: Client, path: str = "/accounts/signup/", **extra: str) -> str:
    client.post(path, sign_up_form() | extra)
    return path_in(mail.outbox[-1])


def test_confirming_signs_in_and_leads_to_billing(client: Client):
    link = sign_up(client)

    response = client.post(link, {"request_key": request_key()})

    assert response["Location"] == "/billing/"
    assert client.get("/team/").status_code == 200


def test_confirming_leads_to_the_place_that_was_asked_for(client: Client):
    link = sign_up(client, next="/billing/choose/growth_month_eur/")

    response = client.post(link, {"request_key": request_key()})

    assert response["Location"] == "/billing/choose/growth_month_eur/"


def test_place_on_another_host_is_not_followed(client: Client):
    link = sign_up(client, next="https://evil.example/")

    response = client.post(link, {"request_key": request_key()})

    assert response["Location"] == "/billing/"


def test_looking_at_the_link_confirms_nothing(client: Client):
    link = sign_up(client)

    response = client.get(link)

    assert response.status_code == 200
    assert not EmailAddress.objects.get().verified


def test_another_browser_confirms_but_is_not_signed_in(client: Client):
    link = sign_up(client)
    other = Client()

    response = other.post(link, {"request_key": request_key()})

    assert EmailAddress.objects.get().verified
    assert response["Location"] == "/accounts/login/"
    assert other.get("/team/").status_code == 302


def test_link_works_once(client: Client):
    link = sign_up(client)
    client.post(link, {"request_key": request_key()})

    response = Client().get(link)

    assert "no longer works" in text_of(response)


def test_link_older_than_three_days_confirms_nothing(client: Client):
    with time_machine.travel(timezone.now() - timedelta(days=4), tick=True):
        link = sign_up(client)

    response = client.post(link, {"request_key": request_key()})

    assert response.status_code == 404
    assert not EmailAddress.objects.get().verified


def test_tampered_link_confirms_nothing(client: Client):
    link = sign_up(client)

    response = client.post(link[:-3] + "xx/", {"request_key": request_key()})

    assert response.status_code == 404
    assert not EmailAddress.objects.get().verified


def test_signing_in_before_confirming_sends_the_link_again(client: Client):
    UserFactory(email="late@new.example", is_email_verified=False)

    response = client.post(
        "/accounts/login/", {"login": "late@new.example", "password": PASSWORD, "request_key": request_key()}
    )

    assert response["Location"] == "/accounts/confirm-email/"
    assert client.get("/team/").status_code == 302
    assert [message.to for message in mail.outbox] == [["late@new.example"]]
