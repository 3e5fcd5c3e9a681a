"""Decides who may be invited, and who may still come in; it must not know of seats or prices.

Times are system time, in UTC.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import AccountsError
from accounts.invitation_links import join_path
from accounts.mail import send_from_templates
from accounts.models import Invitation, Membership, Organization, Role, User
from accounts.people import has_verified_email
from accounts.people_limit import refuse_when_full
from accounts.team import note_team_change, pending_invitations

RESEND_AFTER_SECONDS = 60
# An organization is free to open; without a ceiling it would be a free way to send mail to strangers.
MAX_PENDING = 50


def invite(organization: Organization, *, email: str, role: Role, invited_by: User, request_key: UUID) -> Invitation:
    """Offer `email` a place as `role` and send the link.

    Safe to repeat: the same `request_key` makes one row and one mail. Raises AccountsError `already_member`,
    `already_invited`, `too_many_invitations`, `people_limit`.
    """
    email = email.strip().lower()
    now = timezone.now()
    _refuse_member(organization, email)
    try:
        with transaction.atomic():
            invitation = _write(organization, email, role, invited_by, request_key, now)
    except IntegrityError:
        # The other of two parallel clicks was first; its row answers for both.
        invitation = None
    if invitation is None:
        return _repeated_or_refused(organization, email, request_key)
    _send(invitation)
    return invitation


def refuse_known(organization: Organization, *, email: str) -> None:
    """Raise AccountsError `already_member` or `already_invited` for somebody who needs no invitation."""
    email = email.strip().lower()
    _refuse_member(organization, email)
    if pending_invitations(organization).filter(email=email, expires_at__gt=timezone.now()).exists():
        raise _already_invited(email)


def _already_invited(email: str) -> AccountsError:
    return AccountsError(
        f"{email} has an open invitation. You can send it again from the list.", code="already_invited"
    )


def _refuse_member(organization: Organization, email: str) -> None:
    if organization.memberships.filter(user__email__iexact=email).exists():
        raise AccountsError(f"{email} is in {organization.name} already.", code="already_member")


def _write(
    organization: Organization, email: str, role: Role, invited_by: User, request_key: UUID, now: datetime
) -> Invitation | None:
    """The new row, or the renewed lapsed one; None if an offer to this e-mail is still open."""
    # Without it two invitations at the same moment would both find the last place free.
    Organization.objects.select_for_update().get(pk=organization.pk)
    pending = pending_invitations(organization)
    lapsed = pending.select_for_update().filter(email=email, expires_at__lte=now).first()
    if lapsed is None and pending.filter(email=email).exists():
        return None
    if lapsed is None and pending.count() >= MAX_PENDING:
        raise AccountsError(
            f"{MAX_PENDING} invitations are open. Withdraw some before you send more.", code="too_many_invitations"
        )
    if lapsed is None:
        refuse_when_full(organization, invited=pending.filter(expires_at__gt=now).count())
    invitation = lapsed or Invitation(organization=organization, email=email)
    invitation.role = role
    invitation.invited_by = invited_by
    invitation.request_key = request_key
    invitation.sent_at = now
    invitation.expires_at = _expiry(now)
    invitation.save()
    note_team_change(organization)
    return invitation


def _repeated_or_refused(organization: Organization, email: str, request_key: UUID) -> Invitation:
    invitation = pending_invitations(organization).filter(email=email).first()
    if invitation is None or invitation.request_key != request_key:
        raise _already_invited(email)
    return invitation


def resend(invitation: Invitation, *, request_key: UUID) -> None:
    """Send the link again, valid for another INVITATION_DAYS.

    Safe to repeat: the same `request_key` sends one mail. Raises AccountsError `too_soon` within a minute of the
    last mail, `closed` if the invitation was accepted or withdrawn.
    """
    now = timezone.now()
    earliest = now - timedelta(seconds=RESEND_AFTER_SECONDS)
    is_ours = (
        Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None, sent_at__lte=earliest)
        .exclude(request_key=request_key)
        .update(request_key=request_key, sent_at=now, expires_at=_expiry(now))
    )
    invitation.refresh_from_db()
    if is_ours:
        _send(invitation)
    elif invitation.accepted_at or invitation.revoked_at:
        raise AccountsError(f"The invitation to {invitation.email} is closed.", code="closed")
    elif invitation.request_key != request_key:
        raise AccountsError(
            f"We sent {invitation.email} a mail less than a minute ago. Try again in a minute.",
            code="too_soon",
            status=429,
        )


def revoke(invitation: Invitation) -> None:
    """Withdraw the offer; its link stops working at once. Safe to repeat; an accepted one stays accepted."""
    with transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        note_team_change(invitation.organization)


def accept(invitation: Invitation, *, user: User) -> Membership:
    """Take the place that was offered. Safe to repeat: the second time the same membership comes back.

    Raises AccountsError `wrong_email` (403) unless the person has verified the invited e-mail, `gone` (410) if the
    offer was withdrawn, has lapsed, or was taken by somebody who has left since, `people_limit` (402) if the
    organization is full.
    """
    if not has_verified_email(user, invitation.email):
        raise AccountsError(
            f"This invitation is for {invitation.email}. You are signed in as {user.email}.",
            code="wrong_email",
            status=403,
        )
    now = timezone.now()
    with transaction.atomic():
        locked = Invitation.objects.select_for_update().select_related("organization").get(pk=invitation.pk)
        membership = Membership.objects.filter(organization=locked.organization, user=user).first()
        if membership is None and not locked.is_open(now):
            raise AccountsError("This invitation no longer holds.", code="gone", status=410)
        if membership is None:
            refuse_when_full(locked.organization)
        if locked.accepted_at is None and locked.revoked_at is None:
            locked.accepted_at = now
            locked.save(update_fields=["accepted_at"])
        if membership is None:
            membership = Membership.objects.create(organization=locked.organization, user=user, role=locked.role)
            note_team_change(locked.organization)
        return membership


def _expiry(now: datetime) -> datetime:
    return now + timedelta(days=settings.INVITATION_DAYS)


def _send(invitation: Invitation) -> None:
    send_from_templates(
        "accounts/email/invitation",
        to=invitation.email,
        context={
            "invitation": invitation,
            "organization": invitation.organization,
            "join_url": settings.SITE_URL + join_path(invitation),
        },
    )
