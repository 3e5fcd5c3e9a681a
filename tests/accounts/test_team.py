"""Who may be changed in a team; an organization always keeps an owner."""

import uuid

import pytest
from django.http import Http404

from accounts.errors import AccountsError
from accounts.models import Membership, Role
from accounts.team import change_role, member_of, owners_of, people_of, remove_member
from tests.factories import MembershipFactory


def test_role_can_be_changed_and_changed_again(alice: Membership, bob: Membership):
    change_role(alice.organization, membership_uuid=bob.uuid, role=Role.BILLING)
    change_role(alice.organization, membership_uuid=bob.uuid, role=Role.BILLING)

    bob.refresh_from_db()
    assert bob.role == Role.BILLING


def test_last_owner_cannot_become_a_member(alice: Membership, bob: Membership):
    with pytest.raises(AccountsError) as refusal:
        change_role(alice.organization, membership_uuid=alice.uuid, role=Role.MEMBER)

    alice.refresh_from_db()
    assert (refusal.value.code, refusal.value.status) == ("last_owner", 409)
    assert alice.role == Role.OWNER


def test_last_owner_can_be_made_owner_again(alice: Membership):
    change_role(alice.organization, membership_uuid=alice.uuid, role=Role.OWNER)

    alice.refresh_from_db()
    assert alice.role == Role.OWNER


def test_last_owner_cannot_be_removed(alice: Membership, bob: Membership):
    with pytest.raises(AccountsError) as refusal:
        remove_member(alice.organization, membership_uuid=alice.uuid)

    assert refusal.value.code == "last_owner"
    assert list(owners_of(alice.organization)) == [alice]


def test_one_of_two_owners_can_go(alice: Membership):
    second = MembershipFactory(organization=alice.organization, role=Role.OWNER)

    remove_member(alice.organization, membership_uuid=alice.uuid)

    assert list(people_of(alice.organization)) == [second]


def test_owner_of_another_organization_does_not_count(alice: Membership, charlie: Membership):
    with pytest.raises(AccountsError):
        remove_member(alice.organization, membership_uuid=alice.uuid)

    assert owners_of(charlie.organization).exists()


def test_removing_leaves_the_person_and_other_memberships(alice: Membership, bob: Membership, charlie: Membership):
    elsewhere = MembershipFactory(organization=charlie.organization, user=bob.user, role=Role.MEMBER)

    remove_member(alice.organization, membership_uuid=bob.uuid)

    assert list(bob.user.memberships.all()) == [elsewhere]


@pytest.mark.parametrize("whose", ["nobody's", "a stranger's"])
def test_person_of_another_organization_is_not_found(alice: Membership, charlie: Membership, whose: str):
    membership_uuid = charlie.uuid if whose == "a stranger's" else uuid.uuid4()

    for attempt in (
        lambda: member_of(alice.organization, membership_uuid),
        lambda: change_role(alice.organization, membership_uuid=membership_uuid, role=Role.MEMBER),
        lambda: remove_member(alice.organization, membership_uuid=membership_uuid),
    ):
        with pytest.raises(Http404):
            attempt()

    charlie.refresh_from_db()
    assert charlie.role == Role.OWNER
