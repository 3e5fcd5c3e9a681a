"""Each change of a team, tried by who may not: members, billing managers, strangers, forged and broken forms."""

import uuid

import pytest
from django.core import mail

from accounts.models import Invitation, Membership, Role
from tests.accounts.steps import request_key, text_of
from tests.factories import MembershipFactory


def invitation_form(**changes: str) -> dict[str, str]:
    return {"email": "dora@oakline.example", "role": "member", "request_key": request_key()} | changes


ACTIONS = ["role", "remove", "invite", "resend", "revoke"]


def address_of(action: str, bob: Membership, invitation: Invitation) -> str:
    return {
        "role": f"/team/people/{bob.uuid}/role/",
        "remove": f"/team/people/{bob.uuid}/remove/",
        "invite": "/team/invitations/",
        "resend": f"/team/invitations/{invitation.uuid}/resend/",
        "revoke": f"/team/invitations/{invitation.uuid}/revoke/",
    }[action]


@pytest.fixture
def invitation(alice: Membership, signed_in) -> Invitation:
    signed_in(alice).post("/team/invitations/", invitation_form())
    return Invitation.objects.get()


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", [Role.MEMBER, Role.BILLING])
def test_only_an_owner_changes_the_team(
    alice: Membership, bob: Membership, invitation: Invitation, signed_in, action: str, role: Role
):
    other = MembershipFactory(organization=alice.organization, role=role)
    before = list(Membership.objects.order_by("pk").values())

    response = signed_in(other).post(
        address_of(action, bob, invitation),
        invitation_form(email="eve@x.example") | {"role": "owner"},
    )

    assert response.status_code == 403
    assert "Only an owner may do this." in text_of(response)
    assert "Alice Nguyen" in text_of(response)
    assert list(Membership.objects.order_by("pk").values()) == before
    assert len(mail.outbox) == 1
    invitation.refresh_from_db()
    assert invitation.revoked_at is None


@pytest.mark.parametrize("action", ["role", "remove", "resend", "revoke"])
def test_stranger_finds_nothing_of_another_organization(
    bob: Membership, charlie: Membership, invitation: Invitation, signed_in, action: str
):
    response = signed_in(charlie).post(
        address_of(action, bob, invitation), {"role": "owner", "request_key": request_key()}
    )

    bob.refresh_from_db()
    invitation.refresh_from_db()
    assert response.status_code == 404
    assert bob.role == Role.MEMBER
    assert invitation.revoked_at is None


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("key", ["", "7"])
def test_form_without_its_request_key_is_refused(
    alice: Membership, bob: Membership, invitation: Invitation, signed_in, action: str, key: str
):
    form = {"email": "eve@x.example", "role": "owner", "request_key": key}

    response = signed_in(alice).post(address_of(action, bob, invitation), form)

    bob.refresh_from_db()
    invitation.refresh_from_db()
    assert response.status_code == 400
    assert (bob.role, invitation.revoked_at) == (Role.MEMBER, None)


@pytest.mark.parametrize("action", ["invite", "resend", "revoke"])
def test_get_changes_nothing(alice: Membership, bob: Membership, invitation: Invitation, signed_in, action: str):
    response = signed_in(alice).get(address_of(action, bob, invitation))

    assert response.status_code == 405


@pytest.mark.parametrize("action", ACTIONS)
def test_post_without_the_csrf_token_is_refused(
    alice: Membership, bob: Membership, invitation: Invitation, signed_in, action: str
):
    browser = signed_in(alice)
    browser.handler.enforce_csrf_checks = True

    response = browser.post(address_of(action, bob, invitation), invitation_form())

    assert response.status_code == 403
    assert Membership.objects.count() == 2


def test_address_that_is_no_uuid_is_not_found(alice: Membership, signed_in):
    assert signed_in(alice).get("/team/people/1/role/").status_code == 404
    assert signed_in(alice).get(f"/team/people/{uuid.uuid4()}/role/").status_code == 404
