"""`manage.py travel --days 30`: moves the business time of a running demo."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from billing.errors import StripeUnreachable
from billing_project.travel import StillBusy, travel

_LONGEST_DAYS = 400


class Command(BaseCommand):
    help = "Move the business time of a running demo forward, from due moment to due moment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30, help=f"How many days, 1 to {_LONGEST_DAYS}.")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if not settings.USES_SANDBOX:
            raise CommandError("Time can be moved only with the sandbox: STRIPE_SECRET_KEY is set.")
        if not 1 <= days <= _LONGEST_DAYS:
            raise CommandError(f"--days must be from 1 to {_LONGEST_DAYS}.")
        try:
            for stop in travel(days=days):
                self.stdout.write(f"{stop.at:%Y-%m-%d %H:%M}")
                for transition in stop.transitions:
                    self.stdout.write(f"    {transition}")
        except StripeUnreachable as error:
            raise CommandError(
                f"{error} Start the demo with `make run` first; if it runs with a SANDBOX_PORT of its own, "
                "give it here, too: make travel SANDBOX_PORT=…"
            ) from error
        except StillBusy as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS(f"{days} days later."))
