"""The team page and what an owner does on it: Alice may, Bob may look, Charlie finds nothing."""

import pytest
from django.core import mail

from accounts.models import Invitation, Membership, Role
from tests.accounts.steps import request_key, text_of


def invitation_form(**changes: str) -> dict[str, str]:
    return {"email": "dora@oakline.example", "role": "member", "request_key": request_key()} | changes


def test_owner_sees_people_invitations_and_what_to_do(alice: Membership, bob: Membership, signed_in):
    browser = signed_in(alice)
    browser.post("/team/invitations/", invitation_form())

    text = text_of(browser.get("/team/"))

    assert "Bob Ferreira bob@oakline.example Member" in text
    assert "dora@oakline.example Valid until" in text
    assert "Send the invitation" in text


def test_member_sees_the_list_without_actions(alice: Membership, bob: Membership, signed_in):
    page = signed_in(bob).get("/team/")

    assert "Alice Nguyen" in text_of(page)
    assert page.content.decode().count("<form") == 1  # Signing out.
    assert f"/team/people/{alice.uuid}" not in page.content.decode()


def test_stranger_sees_only_the_own_team(alice: Membership, charlie: Membership, signed_in):
    text = text_of(signed_in(charlie).get("/team/"))

    assert "Elsewhere" in text
    assert "alice@oakline.example" not in text


def test_visitor_is_led_to_sign_in_and_back(client, db):
    response = client.get("/team/")

    assert response["Location"] == "/accounts/login/?next=/team/"


def test_owner_invites(alice: Membership, signed_in):
    response = signed_in(alice).post("/team/invitations/", invitation_form(role="billing"))

    invitation = Invitation.objects.get()
    assert response["Location"] == "/team/"
    assert (invitation.role, invitation.invited_by) == (Role.BILLING, alice.user)
    assert len(mail.outbox) == 1


def test_double_click_on_invite_sends_one_mail(alice: Membership, signed_in):
    browser, form = signed_in(alice), invitation_form()

    first, second = browser.post("/team/invitations/", form), browser.post("/team/invitations/", form)

    assert first["Location"] == second["Location"] == "/team/"
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"email": ""},
        {"email": "nobody"},
        {"role": "king"},
        {"role": ""},
        {"request_key": ""},
        {"request_key": "7"},
    ],
    ids=str,
)
def test_bad_invitation_is_refused_with_400(alice: Membership, signed_in, changes: dict[str, str]):
    response = signed_in(alice).post("/team/invitations/", invitation_form(**changes))

    assert response.status_code == 400
    assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_refused_invitation_says_why_and_keeps_what_was_typed(alice: Membership, bob: Membership, signed_in):
    response = signed_in(alice).post("/team/invitations/", invitation_form(email="bob@oakline.example"))

    assert response.status_code == 409
    assert "bob@oakline.example is in Oakline Studio already. Nothing was changed." in text_of(response)
    assert 'value="bob@oakline.example"' in response.content.decode()


def test_owner_changes_a_role(alice: Membership, bob: Membership, signed_in):
    browser = signed_in(alice)

    response = browser.post(
        f"/team/people/{bob.uuid}/role/", {"role": "billing", "request_key": request_key()}, follow=True
    )

    bob.refresh_from_db()
    assert bob.role == Role.BILLING
    assert "Bob Ferreira is now a billing manager." in text_of(response)


@pytest.mark.parametrize("role", ["king", ""])
def test_unknown_role_is_refused(alice: Membership, bob: Membership, signed_in, role: str):
    response = signed_in(alice).post(f"/team/people/{bob.uuid}/role/", {"role": role, "request_key": request_key()})

    bob.refresh_from_db()
    assert response.status_code == 400
    assert bob.role == Role.MEMBER


def test_last_owner_who_would_step_down_is_told_what_to_do(alice: Membership, signed_in):
    response = signed_in(alice).post(
        f"/team/people/{alice.uuid}/role/", {"role": "member", "request_key": request_key()}
    )

    assert response.status_code == 409
    assert "Make somebody else an owner first." in text_of(response)


def test_removed_person_loses_access_at_once(alice: Membership, bob: Membership, signed_in):
    bobs, alices = signed_in(bob), signed_in(alice)
    assert bobs.get("/team/").status_code == 200

    alices.post(f"/team/people/{bob.uuid}/remove/", {"request_key": request_key()})

    assert bobs.get("/team/")["Location"] == "/team/start/"


def test_asking_to_remove_removes_nobody(alice: Membership, bob: Membership, signed_in):
    response = signed_in(alice).get(f"/team/people/{bob.uuid}/remove/")

    assert response.status_code == 200
    assert Membership.objects.filter(pk=bob.pk).exists()


def test_last_owner_cannot_leave(alice: Membership, bob: Membership, signed_in):
    response = signed_in(alice).post(f"/team/people/{alice.uuid}/remove/", {"request_key": request_key()})

    assert response.status_code == 409
    assert Membership.objects.filter(pk=alice.pk).exists()


def test_second_click_on_remove_finds_nobody_and_removes_nobody_else(alice: Membership, bob: Membership, signed_in):
    browser, form = signed_in(alice), {"request_key": request_key()}
    browser.post(f"/team/people/{bob.uuid}/remove/", form)

    response = browser.post(f"/team/people/{bob.uuid}/remove/", form)

    assert response.status_code == 404
    assert list(Membership.objects.all()) == [alice]
