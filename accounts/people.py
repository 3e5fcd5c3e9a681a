"""Makes people who can sign in at once, for seeds and tests; the web's sign-up is allauth's."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User


def create_verified_user(
    email: str, *, password: str, full_name: str = "", is_staff: bool = False, group: str = ""
) -> User:
    """A person whose e-mail counts as verified. Staff get the rights of the group; without one, all rights.

    Raises IntegrityError if the e-mail is taken, DoesNotExist if there is no such group.
    """
    with transaction.atomic():
        user = User.objects.create_user(
            email, password, full_name=full_name, is_staff=is_staff, is_superuser=is_staff and not group
        )
        if group:
            user.groups.add(Group.objects.get(name=group))
        mark_email_verified(user)
        return user


def mark_email_verified(user: User) -> None:
    """Treat the person's e-mail address as proven. Safe to repeat."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def has_verified_email(user: User, email: str) -> bool:
    """Whether the person has proven to read this mailbox."""
    return EmailAddress.objects.filter(user=user, email=email.lower(), verified=True).exists()
