"""Opens organizations; it must not know what they pay for."""

from django.db import transaction

from accounts.models import Membership, Organization, Role, User


def open_organization(owner: User, *, name: str, email: str = "") -> Membership:
    """Make an organization whose first owner is `owner`; billing mail goes to `email`, else to the owner.

    Each call makes a new one.
    """
    with transaction.atomic():
        organization = Organization.objects.create(name=name, email=email or owner.email)
        return Membership.objects.create(organization=organization, user=owner, role=Role.OWNER)


def default_name(owner: User) -> str:
    """What an organization is called until somebody gives it a name."""
    return owner.full_name or owner.email.partition("@")[0]
