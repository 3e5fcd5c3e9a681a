"""Forgotten and changed passwords: who may, for how long, and what stays open."""

from datetime import timedelta

import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from tests.accounts.steps import PASSWORD, path_in, request_key, text_of

NEW = "another long phrase"
RESET = "/accounts/password/reset/"
CHANGE = "/accounts/password/change/"


def ask_for_reset(client: Client, email: str = "alice@oakline.example"):
    return client.post(RESET, {"email": email, "request_key": request_key()})


def test_link_of_the_mail_sets_a_new_password(client: Client, alice: Membership):
    ask_for_reset(client)

    form_page = client.get(path_in(mail.outbox[0]), follow=True)
    response = client.post(form_page.request["PATH_INFO"], {"password1": NEW, "request_key": request_key()})

    alice.user.refresh_from_db()
    assert response.status_code == 302
    assert alice.user.check_password(NEW)
    assert "was changed" in mail.outbox[-1].subject


def test_reset_signs_other_browsers_out_and_nobody_in(client: Client, alice: Membership, signed_in):
    other = signed_in(alice)
    ask_for_reset(client)
    form_page = client.get(path_in(mail.outbox[0]), follow=True)

    client.post(form_page.request["PATH_INFO"], {"password1": NEW, "request_key": request_key()})

    assert other.get("/team/").status_code == 302
    assert client.get("/team/").status_code == 302


def test_link_works_once(client: Client, alice: Membership):
    ask_for_reset(client)
    link = path_in(mail.outbox[0])
    form_page = client.get(link, follow=True)
    client.post(form_page.request["PATH_INFO"], {"password1": NEW, "request_key": request_key()})

    response = Client().get(link, follow=True)

    assert "no longer works" in text_of(response)


def test_link_older_than_three_days_does_not_work(client: Client, alice: Membership):
    with time_machine.travel(timezone.now() - timedelta(days=4), tick=True):
        ask_for_reset(client)

    response = client.get(path_in(mail.outbox[0]), follow=True)

    assert "no longer works" in text_of(response)


def test_known_and_unknown_email_get_the_same_answer(client: Client, alice: Membership):
    known = ask_for_reset(client)
    unknown = ask_for_reset(Client(), "nobody@oakline.example")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [["alice@oakline.example"], ["nobody@oakline.example"]]


def test_weak_password_is_refused_and_the_old_one_stays(client: Client, alice: Membership):
    ask_for_reset(client)
    form_page = client.get(path_in(mail.outbox[0]), follow=True)

    response = client.post(form_page.request["PATH_INFO"], {"password1": "short", "request_key": request_key()})

    alice.user.refresh_from_db()
    assert response.status_code == 400
    assert alice.user.check_password(PASSWORD)


def test_changing_keeps_this_browser_and_signs_others_out(alice: Membership, signed_in):
    here, elsewhere = signed_in(alice), signed_in(alice)

    response = here.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "request_key": request_key()})

    assert response.status_code == 302
    assert here.get("/team/").status_code == 200
    assert elsewhere.get("/team/").status_code == 302
    assert "was changed" in mail.outbox[-1].subject


def test_changing_needs_the_current_password(alice: Membership, signed_in):
    response = signed_in(alice).post(
        CHANGE, {"oldpassword": "not it", "password1": NEW, "request_key": request_key()}
    )

    alice.user.refresh_from_db()
    assert response.status_code == 400
    assert alice.user.check_password(PASSWORD)


def test_sixth_request_for_one_mailbox_within_a_minute_is_answered_429(client: Client, alice: Membership):
    for _ in range(5):
        ask_for_reset(client)

    response = ask_for_reset(client)

    assert response.status_code == 429
    assert "Too many tries" in text_of(response)
