"""Decides who may change a team and how; an organization always keeps an owner."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.errors import AccountsError
from accounts.models import Invitation, Membership, Organization, Role


def people_of(organization: Organization) -> QuerySet[Membership]:
    """Everybody in the organization, oldest first."""
    return organization.memberships.select_related("user").order_by("created_at", "pk")


def owners_of(organization: Organization) -> QuerySet[Membership]:
    return people_of(organization).filter(role=Role.OWNER)


def pending_invitations(organization: Organization) -> QuerySet[Invitation]:
    """Invitations neither accepted nor withdrawn, newest first; a lapsed one stays until it is sent again."""
    return organization.invitations.filter(accepted_at=None, revoked_at=None).order_by("-sent_at", "-pk")


def member_of(organization: Organization, membership_uuid: UUID) -> Membership:
    """One membership of this organization; 404 for anybody else's."""
    membership = people_of(organization).filter(uuid=membership_uuid).first()
    if membership is None:
        raise Http404("No such person in this organization")
    return membership


def note_team_change(organization: Organization) -> None:
    """Say, in the caller's transaction, that who is in the team or invited to it is another now."""
    Organization.objects.filter(pk=organization.pk).update(team_changed_at=timezone.now())


def change_role(organization: Organization, *, membership_uuid: UUID, role: Role) -> Membership:
    """Give somebody another role. Refused (`last_owner`) if nobody would own the organization. Safe to repeat."""
    with transaction.atomic():
        membership = _locked_member(organization, membership_uuid)
        if role != Role.OWNER:
            _refuse_last_owner(membership)
        membership.role = role
        membership.save(update_fields=["role"])
        return membership


def remove_member(organization: Organization, *, membership_uuid: UUID) -> Membership:
    """Take somebody out of the team; they lose access at once. The last owner stays (`last_owner`).

    A repeat finds nobody: 404.
    """
    with transaction.atomic():
        membership = _locked_member(organization, membership_uuid)
        _refuse_last_owner(membership)
        Membership.objects.filter(pk=membership.pk).delete()
        note_team_change(organization)
        return membership


def _locked_member(organization: Organization, membership_uuid: UUID) -> Membership:
    # Two owners who remove each other at the same moment meet at this lock; the second then is the last one.
    Organization.objects.select_for_update().get(pk=organization.pk)
    return member_of(organization, membership_uuid)


def _refuse_last_owner(membership: Membership) -> None:
    if membership.role != Role.OWNER:
        return
    if not owners_of(membership.organization).exclude(pk=membership.pk).exists():
        name = membership.user.get_full_name()
        raise AccountsError(
            f"{name} is the only owner of {membership.organization.name}. Make somebody else an owner first.",
            code="last_owner",
        )
