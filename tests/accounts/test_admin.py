"""Staff's lists of people and organizations."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.consent import record_consent
from accounts.models import Consent, Invitation, Membership, User
from accounts.people import create_verified_user
from tests.accounts.steps import text_of

LONG = "a long and odd phrase"
LISTS = ["user", "organization", "membership", "invitation", "consent"]


@pytest.fixture
def staff(db, signed_in) -> Client:
    return signed_in(create_verified_user("sam@tidewater.example", password=LONG, is_staff=True))


@pytest.fixture
def _some_of_each(alice: Membership, bob: Membership) -> None:
    Invitation.objects.create(
        organization=alice.organization, email="dora@x.example", role="member", expires_at=alice.created_at
    )
    record_consent(
        user=alice.user,
        organization=alice.organization,
        occasion=Consent.Occasion.SIGN_UP,
        request_ip="203.0.113.9",
        user_agent="",
    )


@pytest.mark.usefixtures("_some_of_each")
@pytest.mark.parametrize("name", LISTS)
def test_list_and_search_open(staff: Client, name: str):
    assert staff.get(f"/admin/accounts/{name}/").status_code == 200
    assert staff.get(f"/admin/accounts/{name}/", {"q": "oakline"}).status_code == 200


@pytest.mark.usefixtures("_some_of_each")
@pytest.mark.parametrize("model", [User, Membership, Invitation, Consent])
def test_page_of_one_row_opens(staff: Client, model: type):
    row = model.objects.order_by("pk").last()

    assert staff.get(f"/admin/accounts/{model.__name__.lower()}/{row.pk}/change/").status_code == 200


def test_organization_shows_its_people(staff: Client, alice: Membership, bob: Membership):
    response = staff.get(f"/admin/accounts/organization/{alice.organization.pk}/change/")

    assert "bob@oakline.example" in text_of(response)


def test_staff_add_a_person_with_a_password(staff: Client):
    form = {
        "email": "new@tidewater.example",
        "full_name": "New",
        "usable_password": "true",
        "password1": LONG,
        "password2": LONG,
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }

    response = staff.post("/admin/accounts/user/add/", form)

    assert response.status_code == 302
    assert User.objects.get(email="new@tidewater.example").check_password(LONG)


def test_staff_set_a_new_password(staff: Client, alice: Membership):
    path = f"/admin/accounts/user/{alice.user.pk}/password/"
    form = {"usable_password": "true", "password1": LONG, "password2": LONG, "set-password": "1"}

    opened, saved = staff.get(path), staff.post(path, form)

    alice.user.refresh_from_db()
    assert (opened.status_code, saved.status_code) == (200, 302)
    assert alice.user.check_password(LONG)


def test_key_of_the_authenticator_app_is_not_shown_to_staff(staff: Client, alice: Membership):
    row = Authenticator.objects.create(user=alice.user, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})

    listed, opened = (staff.get(f"/admin/mfa/authenticator/{tail}") for tail in ("", f"{row.pk}/change/"))

    assert (listed.status_code, opened.status_code) == (200, 200)
    assert b"JBSWY3DPEHPK3PXP" not in listed.content + opened.content


def test_staff_find_an_email_address(staff: Client, alice: Membership):
    response = staff.get("/admin/account/emailaddress/", {"q": "alice"})

    assert "alice@oakline.example" in text_of(response)


@pytest.mark.parametrize("name", ["invitation", "consent"])
def test_invitations_and_consents_are_not_written_by_hand(staff: Client, name: str):
    assert staff.get(f"/admin/accounts/{name}/add/").status_code == 403


@pytest.mark.usefixtures("_some_of_each")
def test_consents_can_be_erased(staff: Client):
    consent = Consent.objects.get()

    staff.post(f"/admin/accounts/consent/{consent.pk}/delete/", {"post": "yes"})

    assert not Consent.objects.exists()
