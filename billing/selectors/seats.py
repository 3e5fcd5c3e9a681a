"""Counts who takes a seat of an organization; what that means for its plan is the rules' business."""

from django.conf import settings
from django.utils import timezone

from accounts.models import Invitation, Membership, Organization
from billing.rules.seats import People


def people_of(organization: Organization) -> People:
    """Members, and open invitations (which lapse by system time). Two queries."""
    invited = Invitation.objects.filter(
        organization=organization, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return People(
        members=Membership.objects.filter(organization=organization).count(),
        invited=invited.count(),
        counts_invited=settings.SEATS_COUNT_INVITATIONS,
    )
