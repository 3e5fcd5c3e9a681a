"""Creates the people and the organization of the demo; it must not know what they will buy."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from accounts.organizations import open_organization
from accounts.people import create_verified_user
from billing_project import demo
from billing_project.checks import TAG


class Command(BaseCommand):
    requires_system_checks = [TAG]
    help = "Create the demo logins and the demo organization; development only. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("The demo logins are for development; their password is public.")
        seed()
        if options["verbosity"]:
            self.stdout.write(demo.logins())


@transaction.atomic
def seed() -> None:
    """Create what is missing and leave alone what is there, a changed password included."""
    if not User.objects.filter(email=demo.STAFF_EMAIL).exists():
        create_verified_user(demo.STAFF_EMAIL, password=demo.PASSWORD, full_name=demo.STAFF_NAME, is_staff=True)
    for role, (email, name) in demo.STAFF_OF_ROLES.items():
        if not User.objects.filter(email=email).exists():
            create_verified_user(email, password=demo.PASSWORD, full_name=name, is_staff=True, group=role.value)
    if not User.objects.filter(email=demo.OWNER_EMAIL).exists():
        owner = create_verified_user(demo.OWNER_EMAIL, password=demo.PASSWORD, full_name=demo.OWNER_NAME)
        open_organization(owner, name=demo.ORGANIZATION_NAME)
