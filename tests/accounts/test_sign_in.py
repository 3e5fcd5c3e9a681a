"""Signing in and out: the right password, wrong ones, too many, and what an answer gives away."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.leaving import _empty as empty_person
from accounts.models import Membership, SignIn
from accounts.sign_ins import forget_old_sign_ins
from tests.accounts.steps import PASSWORD, request_key, text_of

URL = "/accounts/login/"


def sign_in(client: Client, email: str, password: str, **extra: str):
    return client.post(URL, {"login": email, "password": password, "request_key": request_key(), **extra})


def test_right_password_leads_to_billing(client: Client, alice: Membership):
    response = sign_in(client, "alice@oakline.example", PASSWORD)

    assert response["Location"] == "/billing/"
    assert client.get("/team/").status_code == 200


def test_email_may_be_written_in_capitals(client: Client, alice: Membership):
    response = sign_in(client, "Alice@Oakline.Example", PASSWORD)

    assert response.status_code == 302


@pytest.mark.parametrize("remember", [True, False])
def test_session_outlives_the_browser_only_if_asked_to(client: Client, alice: Membership, remember: bool):
    sign_in(client, "alice@oakline.example", PASSWORD, **({"remember": "on"} if remember else {}))

    assert client.session.get_expire_at_browser_close() is not remember


def test_unknown_email_and_wrong_password_get_the_same_answer(client: Client, alice: Membership):
    wrong = sign_in(client, "alice@oakline.example", "not the password")
    unknown = sign_in(client, "nobody@oakline.example", "not the password")

    assert wrong.status_code == unknown.status_code == 400
    assert text_of(wrong) == text_of(unknown)


def test_sixth_wrong_password_in_a_row_is_held_up_and_then_the_right_one_too(client: Client, alice: Membership):
    for _ in range(5):
        sign_in(client, "alice@oakline.example", "not the password")

    response = sign_in(client, "alice@oakline.example", PASSWORD)

    assert response.status_code == 400
    assert "Wait five minutes" in text_of(response)


def test_person_who_was_switched_off_cannot_sign_in(client: Client, alice: Membership):
    alice.user.is_active = False
    alice.user.save()

    sign_in(client, "alice@oakline.example", PASSWORD)

    assert client.get("/team/").status_code == 302


def test_looking_at_sign_out_does_not_sign_out(alice: Membership, signed_in):
    browser = signed_in(alice)

    response = browser.get("/accounts/logout/")

    assert response.status_code == 200
    assert browser.get("/team/").status_code == 200


def test_posting_sign_out_ends_the_session(alice: Membership, signed_in):
    browser = signed_in(alice)

    response = browser.post("/accounts/logout/", {"request_key": request_key()})

    assert response["Location"] == "/"
    assert browser.get("/team/").status_code == 302


def test_admin_asks_for_the_products_own_sign_in(client: Client, db):
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_person_who_is_not_staff_gets_403_from_the_admin(alice: Membership, signed_in):
    response = signed_in(alice).get("/admin/login/")

    assert response.status_code == 403


def test_from_where_somebody_signed_in_is_kept_and_goes_with_the_person(client: Client, alice: Membership):
    sign_in(client, "alice@oakline.example", "not the password")
    client.post(
        URL,
        {"login": "alice@oakline.example", "password": PASSWORD, "request_key": request_key()},
        headers={"User-Agent": "Firefox" * 100},
    )

    kept = SignIn.objects.get()
    assert (kept.user, kept.ip_address, len(kept.user_agent)) == (alice.user, "127.0.0.1", 400)
    empty_person(alice.user)
    assert not SignIn.objects.exists()


def test_old_sign_ins_are_forgotten(alice: Membership, settings):
    settings.SIGN_IN_DAYS = 30
    now = timezone.now()
    for days in (29, 31):
        SignIn.objects.create(user=alice.user, created_at=now - timedelta(days=days))

    assert forget_old_sign_ins(now) == 1
