"""People whom seeds and commands make."""

import pytest
from django.db import IntegrityError
from django.test import Client

from accounts.models import User
from accounts.people import create_verified_user, has_verified_email, mark_email_verified
from tests.accounts.steps import request_key
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LONG = "a long and odd phrase"


def test_verified_person_can_sign_in_at_once(client: Client):
    create_verified_user("Sam@Tidewater.example", password=LONG)

    form = {"login": "sam@tidewater.example", "password": LONG, "request_key": request_key()}
    response = client.post("/accounts/login/", form)

    assert response["Location"] == "/billing/"


@pytest.mark.parametrize("is_staff", [True, False])
def test_staff_get_every_permission_and_others_none(is_staff: bool):
    person = create_verified_user("sam@tidewater.example", password=LONG, is_staff=is_staff)

    assert person.has_perm("accounts.change_user") is is_staff


def test_taken_email_is_refused_in_any_spelling():
    create_verified_user("sam@tidewater.example", password=LONG)

    with pytest.raises(IntegrityError):
        create_verified_user("SAM@tidewater.example", password=LONG)


def test_marking_twice_keeps_one_verified_address():
    person = UserFactory(is_email_verified=False)

    mark_email_verified(person)
    mark_email_verified(person)

    assert has_verified_email(person, person.email.upper())


def test_createsuperuser_finds_a_person_by_email_in_any_spelling():
    person = create_verified_user("sam@tidewater.example", password=LONG)

    assert User.objects.get_by_natural_key("Sam@Tidewater.Example") == person


@pytest.mark.parametrize(("full_name", "expected"), [("Sam van Keel", "Sam"), ("", "sam.keel")])
def test_short_name_is_the_first_name_or_the_start_of_the_email(full_name: str, expected: str):
    assert User(email="sam.keel@tidewater.example", full_name=full_name).get_short_name() == expected
