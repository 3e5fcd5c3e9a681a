"""The life of an invitation as the module decides it: sent once, renewed, withdrawn, taken once."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.errors import AccountsError
from accounts.invitations import MAX_PENDING, accept, invite, resend, revoke
from accounts.models import Invitation, Membership, Role
from tests.accounts.steps import path_in
from tests.factories import UserFactory

DORA = "dora@oakline.example"


def invite_dora(alice: Membership, key: uuid.UUID | None = None, email: str = DORA) -> Invitation:
    return invite(
        alice.organization, email=email, role=Role.BILLING, invited_by=alice.user, request_key=key or uuid.uuid4()
    )


def test_invitation_is_a_row_and_a_mail_with_its_link(alice: Membership):
    invitation = invite_dora(alice, email=" Dora@Oakline.Example ")

    (message,) = mail.outbox
    assert (invitation.email, invitation.role) == (DORA, Role.BILLING)
    assert message.to == [DORA]
    assert message.subject == "Join Oakline Studio on Tidewater"
    assert path_in(message).startswith("/team/join/")
    assert path_in(message) in message.alternatives[0][0]
    assert "Alice Nguyen invites you to Oakline Studio on Tidewater, as a billing manager." in message.body


def test_name_with_special_signs_stands_in_subject_and_text_as_written(alice: Membership):
    alice.organization.name = "Haas & <Daughters>"
    alice.organization.save()

    invite_dora(alice)

    (message,) = mail.outbox
    assert "Haas & <Daughters>" in message.subject
    assert "Haas & <Daughters>" in message.body
    assert "Haas &amp; &lt;Daughters&gt;" in message.alternatives[0][0]


def test_same_click_twice_sends_one_mail(alice: Membership):
    key = uuid.uuid4()

    first, second = invite_dora(alice, key), invite_dora(alice, key)

    assert first == second
    assert len(mail.outbox) == 1


def test_second_invitation_to_an_invited_email_is_refused(alice: Membership):
    invite_dora(alice)

    with pytest.raises(AccountsError) as refusal:
        invite_dora(alice)

    assert refusal.value.code == "already_invited"
    assert len(mail.outbox) == 1


def test_member_is_not_invited_again(alice: Membership, bob: Membership):
    with pytest.raises(AccountsError) as refusal:
        invite_dora(alice, email="BOB@oakline.example")

    assert refusal.value.code == "already_member"
    assert mail.outbox == []


def test_lapsed_invitation_is_renewed_not_doubled(alice: Membership):
    with time_machine.travel(timezone.now() - timedelta(days=8), tick=True):
        old = invite_dora(alice)

    renewed = invite_dora(alice)

    assert renewed.pk == old.pk
    assert renewed.expires_at > timezone.now() + timedelta(days=6)
    assert len(mail.outbox) == 2


def test_withdrawn_invitation_leaves_room_for_a_new_one(alice: Membership):
    revoke(invite_dora(alice))

    assert invite_dora(alice).revoked_at is None


def test_pending_invitations_have_a_ceiling(alice: Membership):
    Invitation.objects.bulk_create(
        Invitation(
            organization=alice.organization, email=f"p{n}@x.example", role=Role.MEMBER, expires_at=timezone.now()
        )
        for n in range(MAX_PENDING)
    )

    with pytest.raises(AccountsError) as refusal:
        invite_dora(alice)

    assert refusal.value.code == "too_many_invitations"
    assert mail.outbox == []


def test_resending_renews_the_time_and_sends_one_mail_a_click(alice: Membership):
    with time_machine.travel(timezone.now() - timedelta(days=5), tick=True):
        invitation = invite_dora(alice)
    key = uuid.uuid4()

    resend(invitation, request_key=key)
    resend(Invitation.objects.get(pk=invitation.pk), request_key=key)

    invitation.refresh_from_db()
    assert invitation.expires_at > timezone.now() + timedelta(days=6)
    assert len(mail.outbox) == 2


def test_resending_within_a_minute_is_refused(alice: Membership):
    invitation = invite_dora(alice)

    with pytest.raises(AccountsError) as refusal:
        resend(invitation, request_key=uuid.uuid4())

    assert (refusal.value.code, refusal.value.status) == ("too_soon", 429)
    assert len(mail.outbox) == 1


def test_withdrawn_invitation_is_not_sent_again(alice: Membership):
    with time_machine.travel(timezone.now() - timedelta(days=1), tick=True):
        invitation = invite_dora(alice)
    revoke(invitation)

    with pytest.raises(AccountsError) as refusal:
        resend(invitation, request_key=uuid.uuid4())

    assert refusal.value.code == "closed"
    assert len(mail.outbox) == 1


def test_accepting_gives_the_role_that_was_offered(alice: Membership):
    invitation = invite_dora(alice)
    dora = UserFactory(email=DORA)

    membership = accept(invitation, user=dora)

    invitation.refresh_from_db()
    assert (membership.organization, membership.role) == (alice.organization, Role.BILLING)
    assert invitation.accepted_at is not None


def test_accepting_twice_gives_the_same_membership(alice: Membership):
    invitation = invite_dora(alice)
    dora = UserFactory(email=DORA)

    assert accept(invitation, user=dora) == accept(invitation, user=dora)
    assert dora.memberships.count() == 1


@pytest.mark.parametrize("is_email_verified", [True, False])
def test_only_the_proven_mailbox_may_accept(alice: Membership, is_email_verified: bool):
    invitation = invite_dora(alice)
    email = "other@oakline.example" if is_email_verified else DORA
    person = UserFactory(email=email, is_email_verified=is_email_verified)

    with pytest.raises(AccountsError) as refusal:
        accept(invitation, user=person)

    assert (refusal.value.code, refusal.value.status) == ("wrong_email", 403)
    assert not person.memberships.exists()


def test_who_was_removed_cannot_come_back_with_the_old_invitation(alice: Membership):
    invitation = invite_dora(alice)
    dora = UserFactory(email=DORA)
    accept(invitation, user=dora).delete()

    with pytest.raises(AccountsError) as refusal:
        accept(invitation, user=dora)

    assert refusal.value.code == "gone"
    assert not dora.memberships.exists()


@pytest.mark.parametrize("change", ["withdrawn", "lapsed"])
def test_closed_invitation_lets_nobody_in(alice: Membership, change: str):
    with time_machine.travel(timezone.now() - timedelta(days=8 if change == "lapsed" else 0), tick=True):
        invitation = invite_dora(alice)
    if change == "withdrawn":
        revoke(invitation)
    dora = UserFactory(email=DORA)

    with pytest.raises(AccountsError) as refusal:
        accept(invitation, user=dora)

    assert (refusal.value.code, refusal.value.status) == ("gone", 410)
    assert not dora.memberships.exists()


def test_withdrawing_an_accepted_invitation_changes_nothing(alice: Membership):
    invitation = invite_dora(alice)
    membership = accept(invitation, user=UserFactory(email=DORA))

    revoke(invitation)

    invitation.refresh_from_db()
    assert invitation.revoked_at is None
    assert Membership.objects.filter(pk=membership.pk).exists()
