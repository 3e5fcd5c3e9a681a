"""Error pages: they say what happened, who may, and what was not done."""

import re

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.test import Client, RequestFactory

from billing_project import error_pages
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def words(content: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", content.decode()).split())


def test_unknown_address_is_answered_404_with_a_reference(client: Client, caplog):
    response = client.get("/no/such/page/")

    reference = re.search(r"Reference ([0-9A-F]{8})", words(response.content))
    assert response.status_code == 404
    assert reference
    assert f"reference {reference.group(1)}: error page shown at /no/such/page/" in caplog.text


def test_403_names_the_owners_of_the_persons_own_organization_only(rf: RequestFactory):
    owner = MembershipFactory(user=UserFactory(email="owner@own.example"))
    MembershipFactory(user=UserFactory(email="owner@foreign.example"))
    member = MembershipFactory(organization=owner.organization, role="member")
    request = rf.post("/team/")
    request.user, request.session = member.user, {}

    response = error_pages.permission_denied(request, PermissionDenied("Only an owner may do this."))

    assert response.status_code == 403
    assert "Only an owner may do this. Nothing was changed." in words(response.content)
    assert "owner@own.example" in words(response.content)
    assert "owner@foreign.example" not in words(response.content)


def test_403_without_a_person_names_nobody(rf: RequestFactory):
    MembershipFactory(user=UserFactory(email="owner@foreign.example"))

    response = error_pages.permission_denied(rf.post("/team/"), PermissionDenied())

    assert "owner@foreign.example" not in words(response.content)


def test_400_does_not_repeat_what_was_sent(rf: RequestFactory):
    response = error_pages.bad_request(rf.get("/"), BadRequest("<script>secret</script>"))

    assert response.status_code == 400
    assert b"secret" not in response.content


def test_500_needs_neither_session_nor_database(rf: RequestFactory, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = error_pages.server_error(rf.get("/billing/"))

    assert response.status_code == 500
    assert "Something broke here" in words(response.content)
    assert b"Tidewater" in response.content


def test_form_without_its_token_is_told_to_reload(db):
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})

    assert response.status_code == 403
    assert "reload the page" in words(response.content)
