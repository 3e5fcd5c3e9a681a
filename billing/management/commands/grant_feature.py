"""Grants an owner's organization a feature that is a flag, as staff do from the customer's page in the admin."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Membership, Role
from billing.clock import business_now
from billing.errors import BillingError
from billing.rules.override import OverrideTerms
from billing.services.grant_override import grant_override
from billing.terms import OverrideKind


class Command(BaseCommand):
    help = "Turn a feature on for one customer beside its plan, for some days, with a reason that stays on record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="of an owner; of several organizations the first one is meant")
        parser.add_argument("feature", help="its code in the catalogue")
        parser.add_argument("--days", type=int, required=True)
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        owners = Membership.objects.filter(user__email__iexact=options["email"], role=Role.OWNER)
        owner = owners.select_related("organization").order_by("created_at", "pk").first()
        if owner is None:
            raise CommandError("Nobody with this e-mail owns an organization.")
        now = business_now()
        terms = OverrideTerms(OverrideKind.ON, options["feature"], ends_at=now + timedelta(days=options["days"]))
        try:
            row = grant_override(
                owner.organization, terms, reason=options["reason"], request_key=uuid4(), actor=None, now=now
            )
        except BillingError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Granted until {row.ends_at:%Y-%m-%d %H:%M} UTC.")
