"""Staff open the admin only with the code of their authenticator app, where that is required."""

from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import User
from accounts.people import create_verified_user
from billing.models import StaffTask
from tests.accounts.steps import PASSWORD, code_of_app, request_key

EMAIL = "una@oakline.example"
SET_UP = "/accounts/2fa/totp/activate/"
SAY_AGAIN = "/accounts/2fa/reauthenticate/"
TASKS = "/admin/billing/stafftask/"
ADMIN_PAGES = ["/admin/", TASKS, "/admin/billing/dunningcase/1/forgive", "/admin/nowhere/"]


@pytest.fixture(autouse=True)
def required(settings: Any, db: None) -> None:
    settings.STAFF_MFA_REQUIRED = True


@pytest.fixture
def una() -> User:
    return create_verified_user(EMAIL, password=PASSWORD, full_name="Una Pell", is_staff=True)


@pytest.fixture
def secret(una: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(una, secret)
    return secret


def signed_in() -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD, "request_key": request_key()})
    return client


def enter_code(client: Client, path: str, secret: str) -> Any:
    return client.post(path, {"code": code_of_app(secret), "request_key": request_key()})


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_without_an_app_every_page_leads_to_its_setup(una: User, path: str) -> None:
    client = signed_in()

    answers = [client.get(path), client.post(path, {})]

    assert [(answer.status_code, answer.headers.get("Location")) for answer in answers] == [(302, SET_UP)] * 2


def test_a_direct_post_does_nothing(una: User) -> None:
    task = StaffTask.objects.create(key="k", kind="other", summary="Look at it.")
    client = signed_in()

    client.post(TASKS, {"action": "resolve", "_selected_action": task.pk})

    task.refresh_from_db()
    assert task.resolved_at is None


def test_with_the_code_at_sign_in_the_admin_opens(una: User, secret: str) -> None:
    client = signed_in()

    assert client.get("/admin/").status_code == 302  # After the password alone nobody is signed in.
    enter_code(client, "/accounts/2fa/authenticate/", secret)

    assert client.get("/admin/").status_code == 200


def test_a_session_older_than_the_app_is_asked_for_the_code_and_led_back(una: User) -> None:
    client = signed_in()
    secret = generate_totp_secret()
    TOTP.activate(una, secret)

    asked = client.get(f"{TASKS}?resolved=no")
    led_back = enter_code(client, asked["Location"], secret)

    assert asked["Location"].startswith(f"{SAY_AGAIN}?next=")
    assert led_back["Location"] == f"{TASKS}?resolved=no"
    assert client.get(TASKS).status_code == 200


def test_a_dropped_post_is_not_carried_out_after_the_code(una: User) -> None:
    task = StaffTask.objects.create(key="k", kind="other", summary="Look at it.")
    client = signed_in()
    secret = generate_totp_secret()
    TOTP.activate(una, secret)

    asked = client.post(TASKS, {"action": "resolve", "_selected_action": task.pk})
    led_back = enter_code(client, asked["Location"], secret)

    task.refresh_from_db()
    assert (led_back["Location"], task.resolved_at) == ("/admin/", None)


def test_who_switches_the_app_off_is_out_again(una: User, secret: str) -> None:
    client = signed_in()
    enter_code(client, "/accounts/2fa/authenticate/", secret)

    Authenticator.objects.filter(user=una).delete()

    assert client.get("/admin/")["Location"] == SET_UP


def test_recovery_codes_alone_are_no_second_step(una: User) -> None:
    client = signed_in()
    Authenticator.objects.create(
        user=una, type=Authenticator.Type.RECOVERY_CODES, data={"seed": get_adapter().encrypt("x")}
    )

    assert client.get("/admin/")["Location"] == SET_UP


def test_customers_are_not_asked(db: None) -> None:
    create_verified_user(EMAIL, password=PASSWORD)
    client = signed_in()

    assert client.get("/app/").status_code in (200, 302)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_staff_leave_and_use_the_product_without_it(una: User) -> None:
    client = signed_in()

    assert client.get("/accounts/profile/").status_code == 200
    assert client.post("/admin/logout/").headers.get("Location") != SET_UP


def test_where_it_is_not_required_the_password_is_enough(settings: Any, una: User) -> None:
    settings.STAFF_MFA_REQUIRED = False

    assert signed_in().get("/admin/").status_code == 200
