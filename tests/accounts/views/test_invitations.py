"""The link of an invitation, followed by the invited, by others, too late, and twice."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from accounts.invitation_links import SALT
from accounts.invitations import invite, resend, revoke
from accounts.models import Consent, Invitation, Membership, Organization, Role, User
from tests.accounts.steps import PASSWORD, path_in, request_key, sign_up_form, text_of
from tests.factories import UserFactory

DORA = "dora@oakline.example"


def invite_dora(alice: Membership) -> Invitation:
    return invite(alice.organization, email=DORA, role=Role.BILLING, invited_by=alice.user, request_key=uuid.uuid4())


@pytest.fixture
def invitation(alice: Membership) -> Invitation:
    return invite_dora(alice)


@pytest.fixture
def link(invitation: Invitation) -> str:
    return path_in(mail.outbox[-1])


def test_new_person_signs_up_from_the_link_and_joins_without_a_second_mail(client: Client, link: str, alice):
    response = client.post("/accounts/signup/", sign_up_form(DORA, organization_name="", next=link))

    membership = Membership.objects.get(user__email=DORA)
    assert response["Location"] == link
    assert client.get(link)["Location"] == "/team/"
    assert (membership.organization, membership.role) == (alice.organization, Role.BILLING)
    assert Organization.objects.count() == 1
    assert EmailAddress.objects.get(email=DORA).verified
    assert Consent.objects.get().organization == alice.organization
    assert len(mail.outbox) == 1


def test_sign_up_from_the_link_is_for_the_invited_email_whatever_is_posted(client: Client, link: str):
    client.post("/accounts/signup/", sign_up_form("mallory@evil.example", next=link))

    assert User.objects.filter(email=DORA).exists()
    assert not EmailAddress.objects.filter(email="mallory@evil.example").exists()


def test_sign_up_with_a_closed_link_is_an_ordinary_one(client: Client, invitation: Invitation, link: str):
    revoke(invitation)

    client.post("/accounts/signup/", sign_up_form(DORA, next=link))

    assert Organization.objects.filter(name="Haas & Daughters").exists()
    assert not EmailAddress.objects.get(email=DORA).verified


def test_person_with_a_sign_in_is_led_through_it_and_back(client: Client, link: str, db):
    UserFactory(email=DORA)

    page = client.get(link)
    form = {"login": DORA, "password": PASSWORD, "next": link, "request_key": request_key()}
    response = client.post("/accounts/login/", form)

    assert "Sign in to join" in text_of(page)
    assert response["Location"] == link


def test_signed_in_person_joins_with_one_click(link: str, alice: Membership, signed_in):
    dora = UserFactory(email=DORA)
    browser = signed_in(dora)

    page = browser.get(link)
    response = browser.post(link, {"request_key": request_key()}, follow=True)

    assert "Join Oakline Studio" in text_of(page)
    assert "You are now in Oakline Studio." in text_of(response)
    assert dora.memberships.get().organization == alice.organization


def test_looking_at_the_link_joins_nothing(link: str, signed_in):
    dora = UserFactory(email=DORA)

    signed_in(dora).get(link)

    assert not dora.memberships.exists()


def test_joined_organization_is_the_current_one(link: str, charlie: Membership, signed_in):
    EmailAddress.objects.create(user=charlie.user, email=DORA, verified=True)
    browser = signed_in(charlie)

    response = browser.post(link, {"request_key": request_key()}, follow=True)

    assert "Oakline Studio. You are a billing manager." in text_of(response)


def test_second_click_leads_to_the_team_and_adds_nothing(link: str, signed_in):
    dora = UserFactory(email=DORA)
    browser, form = signed_in(dora), {"request_key": request_key()}
    browser.post(link, form)

    response = browser.post(link, form)

    assert response["Location"] == "/team/"
    assert dora.memberships.count() == 1


def test_other_person_is_told_whose_invitation_it_is_and_stays_out(link: str, charlie: Membership, signed_in):
    browser = signed_in(charlie)

    page = browser.get(link)
    response = browser.post(link, {"request_key": request_key()})

    assert "This invitation is for dora@oakline.example" in text_of(page)
    assert response.status_code == 403
    assert charlie.user.memberships.count() == 1


def test_visitor_who_posts_is_led_to_sign_in(client: Client, link: str):
    response = client.post(link, {"request_key": request_key()})

    assert response["Location"] == f"/accounts/login/?next={link}"


def test_lapsed_link_says_whom_to_ask(client: Client, alice: Membership):
    with time_machine.travel(timezone.now() - timedelta(days=8), tick=True):
        invite_dora(alice)

    response = client.get(path_in(mail.outbox[-1]))

    assert response.status_code == 410
    assert "ask Alice Nguyen to invite dora@oakline.example again" in text_of(response)


def test_old_link_lapses_by_its_own_time_though_a_new_one_was_sent(client: Client, alice: Membership):
    with time_machine.travel(timezone.now() - timedelta(days=8), tick=True):
        old = invite_dora(alice)
    resend(old, request_key=uuid.uuid4())

    first, second = (client.get(path_in(message)) for message in mail.outbox)

    assert (first.status_code, second.status_code) == (410, 200)


def test_withdrawn_link_says_so(client: Client, invitation: Invitation, link: str):
    revoke(invitation)

    response = client.get(link)

    assert response.status_code == 410
    assert "Oakline Studio has withdrawn it." in text_of(response)


def test_used_link_lets_nobody_else_in(link: str, signed_in):
    dora = UserFactory(email=DORA)
    signed_in(dora).post(link, {"request_key": request_key()})

    response = Client().get(link)

    assert response.status_code == 410
    assert "It was used on" in text_of(response)


def test_tampered_link_is_not_found(client: Client, link: str):
    assert client.get(link[:-3] + "xx/").status_code == 404
    assert client.get("/team/join/nothing/").status_code == 404


def test_link_signed_for_another_purpose_is_not_found(client: Client, invitation: Invitation):
    signed = signing.dumps(str(invitation.uuid), salt="something.else")

    assert client.get(f"/team/join/{signed}/").status_code == 404


def test_link_of_a_deleted_invitation_is_not_found(client: Client, db):
    signed = signing.dumps(str(uuid.uuid4()), salt=SALT)

    assert client.get(f"/team/join/{signed}/").status_code == 404


def test_owner_sends_again_and_withdraws(alice: Membership, signed_in):
    with time_machine.travel(timezone.now() - timedelta(days=1), tick=True):
        invitation = invite_dora(alice)
    browser, form = signed_in(alice), {"request_key": request_key()}

    for _ in range(2):
        again = browser.post(f"/team/invitations/{invitation.uuid}/resend/", form)
    for _ in range(2):
        withdrawn = browser.post(f"/team/invitations/{invitation.uuid}/revoke/", form)

    invitation.refresh_from_db()
    assert again["Location"] == withdrawn["Location"] == "/team/"
    assert len(mail.outbox) == 2
    assert invitation.revoked_at is not None


def test_sending_again_too_soon_is_answered_429(invitation: Invitation, alice: Membership, signed_in):
    response = signed_in(alice).post(f"/team/invitations/{invitation.uuid}/resend/", {"request_key": request_key()})

    assert response.status_code == 429
    assert "less than a minute ago" in text_of(response)
