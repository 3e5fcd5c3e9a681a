"""`manage.py erase_organization <uuid> --confirm`: deletes an organization as its owner would on the page.

Exit codes: 0 deleted, or deleted before; 1 refused and nothing was deleted; 3 Stripe did not confirm: it goes on by
itself, and the same command tries at once.
"""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID, uuid4

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from billing.clock import business_now
from billing.errors import BillingError, StripeKeyRefused, StripeUnreachable
from billing.services.erase_organization import erase_organization

_REFUSED = 1
_NO_ANSWER = 3


class Command(BaseCommand):
    help = "End everything that an organization has at Stripe, then erase who it was. Final."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organization", type=UUID, help="the organization's UUID, as the admin shows it")
        parser.add_argument("--confirm", action="store_true", help="do it; without it nothing is done")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(uuid=options["organization"]).first()
        if organization is None:
            raise CommandError("There is no such organization.", returncode=_REFUSED)
        if organization.erased_at is not None:
            self.stdout.write("It was deleted before.")
            return
        if not options["confirm"]:
            people = organization.memberships.count()
            raise CommandError(
                f"{organization.name} with {people} people would be deleted. Say --confirm.", returncode=_REFUSED
            )
        try:
            erase_organization(
                organization, typed_name=organization.name, request_key=uuid4(), actor=None, now=business_now()
            )
        except (StripeUnreachable, StripeKeyRefused) as error:
            raise CommandError(f"Not deleted yet: {error.message}", returncode=_NO_ANSWER) from error
        except BillingError as error:
            raise CommandError(f"Not deleted: {error.message}", returncode=_REFUSED) from error
        self.stdout.write("Deleted. Webhook bodies that name it are emptied within minutes.")
