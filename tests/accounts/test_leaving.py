"""Deleting one's own account."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.errors import AccountsError
from accounts.leaving import delete_person, owned_alone
from accounts.models import Consent, Invitation, Membership, Role, User
from billing.models import AuditEntry, Notice, NoticeContent
from tests.accounts.steps import PASSWORD, request_key, text_of
from tests.factories import MembershipFactory

PAGE = "/accounts/delete/"


@pytest.fixture
def bob_browser(bob: Membership) -> Client:
    """Bob, who has just said by password who he is."""
    bob.user.set_password(PASSWORD)
    bob.user.save()
    client = Client()
    client.force_login(bob.user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "request_key": request_key()})
    return client


def test_a_person_is_a_pseudonym_afterwards_and_cannot_sign_in(bob: Membership, bob_browser: Client):
    Consent.objects.create(user=bob.user, occasion="sign_up", ip_address="198.51.100.7", user_agent="Firefox")
    Invitation.objects.create(
        organization=bob.organization, email=bob.user.email, role="member", expires_at=bob.created_at
    )
    EmailAddress.objects.get_or_create(user=bob.user, email=bob.user.email)
    mail = Notice.objects.create(key="account:1", kind="account")
    NoticeContent.objects.create(notice=mail, recipient=bob.user.email, subject="Hello Bob", text="")
    entry = AuditEntry.objects.create(action="x", subject="y", actor=bob.user)

    done = bob_browser.post(PAGE, {"email": "BOB@oakline.example", "request_key": request_key()})

    assert done.headers["Location"] == "/"
    person = User.objects.get(pk=bob.user.pk)
    assert (person.full_name, person.is_active, person.has_usable_password()) == ("Deleted person", False, False)
    assert person.email.endswith("@deleted.invalid")
    assert not person.memberships.exists()
    assert not EmailAddress.objects.filter(user=person).exists()
    assert not Invitation.objects.exists()
    assert not NoticeContent.objects.exists()
    assert Consent.objects.values_list("ip_address", "user_agent").get() == (None, "")
    entry.refresh_from_db()
    assert entry.actor == person
    assert bob_browser.get("/team/").headers["Location"].startswith("/accounts/login/")


def test_another_e_mail_deletes_nothing(bob: Membership, bob_browser: Client):
    page = bob_browser.post(PAGE, {"email": "alice@oakline.example", "request_key": request_key()})

    assert page.status_code == 400
    assert "This is not your e-mail" in text_of(page)
    assert User.objects.get(pk=bob.user.pk).is_active


def test_the_only_owner_is_refused_and_told_what_to_do(alice: Membership, bob: Membership, bob_browser: Client):
    Membership.objects.filter(pk=bob.pk).update(role=Role.OWNER)
    Membership.objects.filter(pk=alice.pk).update(role=Role.MEMBER)

    assert "You are the only owner of Oakline Studio" in text_of(bob_browser.get(PAGE))
    refused = bob_browser.post(PAGE, {"email": bob.user.email, "request_key": request_key()})

    assert refused.status_code == 409
    assert User.objects.get(pk=bob.user.pk).is_active
    assert bob.organization.memberships.count() == 2


def test_one_of_two_owners_may_leave_and_the_other_then_not(alice: Membership):
    second = MembershipFactory(organization=alice.organization, role=Role.OWNER)
    assert owned_alone(alice.user) == []

    delete_person(alice.user)

    with pytest.raises(AccountsError) as refusal:
        delete_person(second.user)
    assert refusal.value.code == "sole_owner"


def test_an_account_of_the_staff_is_not_deleted_here(bob: Membership):
    bob.user.is_staff = True

    with pytest.raises(AccountsError) as refusal:
        delete_person(bob.user)

    assert refusal.value.code == "staff_account"


def test_who_did_not_say_again_who_they_are_is_asked_first(bob: Membership, signed_in):
    browser = signed_in(bob)

    assert browser.get(PAGE).headers["Location"].startswith("/accounts/reauthenticate/")
    assert browser.post(PAGE, {"email": bob.user.email, "request_key": request_key()}).status_code == 302
    assert User.objects.get(pk=bob.user.pk).is_active
