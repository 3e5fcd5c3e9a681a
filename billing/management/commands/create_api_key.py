"""Gives an organization's program a key from the command line, as the page *Team → API keys* does."""

from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Membership, Role
from billing import clock
from billing.errors import BillingError
from billing.services.create_api_key import KeyWish, create_api_key
from billing.terms import ApiScope


class Command(BaseCommand):
    help = "Make an API key for the organization of an owner, and print it. It is shown once and kept nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="of an owner; of several organizations the first one is meant")
        parser.add_argument("--name", default="Command line", help="what the key is for")
        parser.add_argument(
            "--scope", action="append", choices=[scope.value for scope in ApiScope], required=True, dest="scopes"
        )
        parser.add_argument("--days", type=int, default=None, help="how long it holds; else until it is revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        owners = Membership.objects.filter(user__email__iexact=options["email"], role=Role.OWNER)
        owner = owners.select_related("organization", "user").order_by("created_at", "pk").first()
        if owner is None:
            raise CommandError("Nobody with this e-mail owns an organization.")
        wish = KeyWish(name=options["name"], scopes=options["scopes"], life_days=options["days"])
        try:
            _, text = create_api_key(
                owner.organization, wish=wish, request_key=uuid4(), actor=owner.user, now=clock.system_now()
            )
        except BillingError as error:
            raise CommandError(error.message) from error
        self.stdout.write(text)
