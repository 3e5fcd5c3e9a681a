"""Two people, or two clicks, at the same moment."""

import threading
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from accounts.errors import AccountsError
from accounts.invitations import accept, invite
from accounts.models import Invitation, Membership, Organization, Role
from accounts.team import owners_of, remove_member
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*attempts: Callable[[], object]) -> list[object]:
    """What each attempt gave or raised; all start together, each on its own connection."""
    gate = threading.Barrier(len(attempts))
    outcomes: list[object] = [None] * len(attempts)

    def run(place: int, attempt: Callable[[], object]) -> None:
        gate.wait()
        try:
            outcomes[place] = attempt()
        except AccountsError as error:
            outcomes[place] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=entry) for entry in enumerate(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def test_two_owners_who_remove_each_other_leave_one_owner(alice: Membership):
    second = MembershipFactory(organization=alice.organization, role=Role.OWNER)

    outcomes = at_once(
        lambda: remove_member(alice.organization, membership_uuid=second.uuid),
        lambda: remove_member(alice.organization, membership_uuid=alice.uuid),
    )

    assert outcomes.count("last_owner") == 1
    assert owners_of(alice.organization).count() == 1


def test_two_clicks_at_once_send_one_invitation(alice: Membership):
    key = uuid.uuid4()

    def click() -> Invitation:
        return invite(
            alice.organization, email="dora@x.example", role=Role.MEMBER, invited_by=alice.user, request_key=key
        )

    first, second = at_once(click, click)

    assert first == second
    assert Invitation.objects.count() == 1
    assert len(mail.outbox) == 1


def three_people(organization: Organization) -> int:
    return 3


def test_invitations_at_once_do_not_share_the_last_place(alice: Membership, bob: Membership, settings: Any):
    settings.PEOPLE_LIMIT = f"{__name__}.three_people"

    def send(email: str) -> Invitation:
        return invite(
            alice.organization, email=email, role=Role.MEMBER, invited_by=alice.user, request_key=uuid.uuid4()
        )

    outcomes = at_once(*(partial(send, f"friend{number}@x.example") for number in range(4)))

    assert outcomes.count("people_limit") == 3
    assert Invitation.objects.count() == 1


def test_joining_twice_at_once_makes_one_membership(alice: Membership):
    invitation = invite(
        alice.organization,
        email="dora@x.example",
        role=Role.MEMBER,
        invited_by=alice.user,
        request_key=uuid.uuid4(),
    )
    dora = UserFactory(email="dora@x.example")

    first, second = at_once(lambda: accept(invitation, user=dora), lambda: accept(invitation, user=dora))

    assert first == second
    assert dora.memberships.count() == 1
