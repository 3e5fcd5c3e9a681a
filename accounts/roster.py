"""What the team page shows: the people and the pending invitations of one organization."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import Invitation, Membership, Organization
from accounts.team import pending_invitations, people_of


@dataclass(frozen=True)
class PendingInvitation:
    """An invitation as the list shows it; `has_lapsed` at the moment of asking (system time)."""

    invitation: Invitation
    has_lapsed: bool


@dataclass(frozen=True)
class Roster:
    people: list[Membership]
    invitations: list[PendingInvitation]


def roster_of(organization: Organization) -> Roster:
    """People oldest first, invitations newest first."""
    now = timezone.now()
    return Roster(
        people=list(people_of(organization)),
        invitations=[_pending(invitation, now) for invitation in pending_invitations(organization)],
    )


def _pending(invitation: Invitation, now: datetime) -> PendingInvitation:
    return PendingInvitation(invitation=invitation, has_lapsed=not invitation.is_open(now))
