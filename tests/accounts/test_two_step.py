"""Two-step sign-in: setting it up, the code at sign-in, recovery codes, switching it off."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import Membership
from tests.accounts.steps import PASSWORD, code_of_app, request_key, text_of

ACTIVATE = "/accounts/2fa/totp/activate/"
AUTHENTICATE = "/accounts/2fa/authenticate/"


def browser_of(email: str) -> tuple[Client, str]:
    """A browser after the password, and where it was led."""
    client = Client()
    form = {"login": email, "password": PASSWORD, "request_key": request_key()}
    return client, client.post("/accounts/login/", form)["Location"]


def proven_browser_of(email: str, **proof: str) -> Client:
    """A browser in which the person has just said again who they are: by password, or by `code`."""
    client, location = browser_of(email)
    if location == AUTHENTICATE:
        client.post(AUTHENTICATE, {"code": proof["code"], "request_key": request_key()})
    form = {"password": PASSWORD, "request_key": request_key()}
    client.post("/accounts/reauthenticate/", form)
    return client


@pytest.fixture
def secret(alice: Membership, django_capture_on_commit_callbacks) -> str:
    """Alice's second step, set up through the pages; what her app keeps."""
    client = proven_browser_of("alice@oakline.example")
    secret = client.get(ACTIVATE).context["form"].secret
    form = {"code": code_of_app(secret, steps_ahead=-1), "request_key": request_key()}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(ACTIVATE, form).status_code == 302
    return secret


def test_setup_page_draws_the_code_in_the_page_itself(alice: Membership):
    client = proven_browser_of("alice@oakline.example")

    page = client.get(ACTIVATE).content.decode()

    assert '<svg role="img" aria-label="QR code' in page
    assert "data:" not in page


def test_setup_asks_for_the_password_again(alice: Membership):
    client, _ = browser_of("alice@oakline.example")

    response = client.get(ACTIVATE)

    assert response["Location"].startswith("/accounts/reauthenticate/")


def test_wrong_code_switches_nothing_on(alice: Membership):
    client = proven_browser_of("alice@oakline.example")
    client.get(ACTIVATE)

    response = client.post(ACTIVATE, {"code": "000000", "request_key": request_key()})

    assert response.status_code == 400
    assert not Authenticator.objects.exists()


def test_setup_gives_recovery_codes_and_tells_the_person(secret: str):
    kinds = set(Authenticator.objects.values_list("type", flat=True))

    assert kinds == {"totp", "recovery_codes"}
    assert "Two-step sign-in for Tidewater is on" in [message.subject for message in mail.outbox]


def test_password_alone_no_longer_signs_in(secret: str):
    client, location = browser_of("alice@oakline.example")

    assert location == AUTHENTICATE
    assert client.get("/team/").status_code == 302


def test_code_of_the_app_signs_in(secret: str):
    client, _ = browser_of("alice@oakline.example")

    response = client.post(AUTHENTICATE, {"code": code_of_app(secret), "request_key": request_key()})

    assert response["Location"] == "/billing/"
    assert client.get("/team/").status_code == 200


def test_same_code_does_not_sign_in_twice(secret: str):
    first, _ = browser_of("alice@oakline.example")
    second, _ = browser_of("alice@oakline.example")
    code = code_of_app(secret)
    first.post(AUTHENTICATE, {"code": code, "request_key": request_key()})

    response = second.post(AUTHENTICATE, {"code": code, "request_key": request_key()})

    assert response.status_code == 400
    assert second.get("/team/").status_code == 302


def test_recovery_code_signs_in_once(secret: str, alice: Membership):
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    first, _ = browser_of("alice@oakline.example")
    second, _ = browser_of("alice@oakline.example")

    accepted = first.post(AUTHENTICATE, {"code": code, "request_key": request_key()})
    refused = second.post(AUTHENTICATE, {"code": code, "request_key": request_key()})

    assert accepted["Location"] == "/billing/"
    assert refused.status_code == 400


def test_staff_need_the_code_for_the_admin_too(secret: str, alice: Membership):
    alice.user.is_staff = True
    alice.user.save()
    client, _ = browser_of("alice@oakline.example")

    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0].startswith(AUTHENTICATE)


def test_switching_off_lets_the_password_in_again(secret: str):
    client = proven_browser_of("alice@oakline.example", code=code_of_app(secret))

    response = client.post("/accounts/2fa/totp/deactivate/", {"request_key": request_key()})

    assert response.status_code == 302
    assert not Authenticator.objects.exists()
    assert browser_of("alice@oakline.example")[1] == "/billing/"


def test_recovery_codes_can_be_shown_downloaded_and_replaced(secret: str):
    client = proven_browser_of("alice@oakline.example", code=code_of_app(secret))
    old = client.get("/accounts/2fa/recovery-codes/download/").content.decode().split()

    shown = text_of(client.get("/accounts/2fa/recovery-codes/"))
    client.post("/accounts/2fa/recovery-codes/generate/", {"request_key": request_key()})
    new = client.get("/accounts/2fa/recovery-codes/download/").content.decode().split()

    assert len(old) == len(new) == 10
    assert all(code in shown for code in old)
    assert not set(old) & set(new)
