"""Decides whether a person may delete their own account, and empties it; what else knows them is others' business."""

import uuid

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.erasure import forget_in_admin_log
from accounts.errors import AccountsError
from accounts.models import Consent, Invitation, Membership, Organization, Role, SignIn, User

_NAME = "Deleted person"


def owned_alone(user: User) -> list[Organization]:
    """The organizations that would be without an owner if this person left, by name."""
    owned = Organization.objects.filter(memberships__user=user, memberships__role=Role.OWNER)
    others = Membership.objects.filter(role=Role.OWNER).exclude(user=user)
    return list(owned.exclude(pk__in=others.values("organization_id")).order_by("name"))


def delete_person(user: User) -> None:
    """Leave of a person only a pseudonym, under which the records go on; they cannot sign in any more.

    In a transaction of its own or the caller's. Safe to repeat. Raises AccountsError `sole_owner` where an
    organization would be without an owner, and `staff_account` for staff, whom an administrator removes.
    """
    if user.is_staff:
        raise AccountsError(
            "This account may open the admin. Ask an administrator to remove it.", code="staff_account"
        )
    with transaction.atomic():
        _lock_organizations(user)
        alone = owned_alone(user)
        if alone:
            names = ", ".join(organization.name for organization in alone)
            raise AccountsError(
                f"You are the only owner of {names}. Make somebody else an owner, or delete it first.",
                code="sole_owner",
            )
        _empty(user)


def _lock_organizations(user: User) -> None:
    """Two owners who leave at the same moment meet here; the second is then the last one."""
    ids = user.memberships.values_list("organization_id", flat=True)
    list(Organization.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk"))


def _empty(user: User) -> None:
    forget_in_admin_log(User, [user.pk], pseudonym=_NAME)
    user.memberships.all().delete()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    Invitation.objects.filter(email__iexact=user.email).delete()
    SignIn.objects.filter(user=user).delete()
    Consent.objects.filter(user=user).update(ip_address=None, user_agent="")
    user.email = f"deleted-{uuid.uuid4().hex[:12]}@deleted.invalid"
    user.full_name = _NAME
    user.is_active = False
    user.set_unusable_password()  # Every session of theirs ends with it.
    user.save()
