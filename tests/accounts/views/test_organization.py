"""Which organization is current, and opening one."""

import uuid

import pytest

from accounts.models import Membership, Organization, Role
from tests.accounts.steps import request_key, text_of
from tests.factories import MembershipFactory, UserFactory


def test_person_switches_between_own_organizations(alice: Membership, charlie: Membership, signed_in):
    MembershipFactory(organization=charlie.organization, user=alice.user, role=Role.MEMBER)
    browser = signed_in(alice)
    form = {"organization": str(charlie.organization.uuid), "request_key": request_key()}

    response = browser.post("/team/switch/", form)

    assert response["Location"] == "/billing/"
    assert "Elsewhere. You are a member." in text_of(browser.get("/team/"))


def test_switch_page_lists_only_own_organizations(alice: Membership, charlie: Membership, signed_in):
    text = text_of(signed_in(alice).get("/team/switch/"))

    assert "Oakline Studio" in text
    assert "Elsewhere" not in text


@pytest.mark.parametrize("whose", ["a stranger's", "nobody's"])
def test_switching_to_a_foreign_organization_is_not_found(
    alice: Membership, charlie: Membership, signed_in, whose: str
):
    target = charlie.organization.uuid if whose == "a stranger's" else uuid.uuid4()
    browser = signed_in(alice)

    response = browser.post("/team/switch/", {"organization": str(target), "request_key": request_key()})

    assert response.status_code == 404
    assert "Oakline Studio" in text_of(browser.get("/team/"))


@pytest.mark.parametrize("organization", ["", "7", "../"])
def test_switching_without_a_uuid_is_refused(alice: Membership, signed_in, organization: str):
    form = {"organization": organization, "request_key": request_key()}

    assert signed_in(alice).post("/team/switch/", form).status_code == 400


def test_membership_that_ended_is_no_longer_current(alice: Membership, charlie: Membership, signed_in):
    elsewhere = MembershipFactory(organization=charlie.organization, user=alice.user, role=Role.MEMBER)
    browser = signed_in(alice)
    form = {"organization": str(charlie.organization.uuid), "request_key": request_key()}
    browser.post("/team/switch/", form)

    elsewhere.delete()

    assert "Oakline Studio. You are an owner." in text_of(browser.get("/team/"))


def test_person_without_an_organization_can_open_one(db, signed_in):
    person = UserFactory()
    browser = signed_in(person)

    led_to = browser.get("/team/")["Location"]
    response = browser.post(led_to, {"name": "Fresh Start", "request_key": request_key()})

    membership = person.memberships.get()
    assert led_to == "/team/start/"
    assert response["Location"] == "/billing/"
    assert (membership.organization.name, membership.role) == ("Fresh Start", Role.OWNER)
    assert membership.organization.email == person.email


def test_second_click_opens_no_second_organization(db, signed_in):
    browser = signed_in(UserFactory())
    form = {"name": "Fresh Start", "request_key": request_key()}
    browser.post("/team/start/", form)

    response = browser.post("/team/start/", form)

    assert response["Location"] == "/team/"
    assert Organization.objects.count() == 1


def test_post_without_any_organization_is_not_found(db, signed_in):
    browser = signed_in(UserFactory())

    assert browser.post("/billing/details/", {"request_key": request_key()}).status_code == 404


@pytest.mark.parametrize("form", [{"name": ""}, {"name": "x", "request_key": ""}], ids=str)
def test_organization_without_a_name_or_key_is_not_opened(db, signed_in, form: dict[str, str]):
    response = signed_in(UserFactory()).post("/team/start/", {"request_key": request_key()} | form)

    assert response.status_code == 400
    assert not Organization.objects.exists()
