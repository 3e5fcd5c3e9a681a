"""Publishes catalogue.toml; says first, with --dry-run, what that would change.

Exit codes: 0 done or nothing to do; 1 refused, and nothing of a malformed file is used; 3 Stripe did not answer or
another run is under way: run it again, it goes on where it stopped.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from billing.errors import BillingError, StripeUnreachable, UnderWay
from billing.services.sync_catalogue import sync_catalogue

_REFUSED = 1
_RUN_AGAIN = 3
_NO_ANSWER = "Stripe does not answer. Run this command again: it goes on where it stopped."


class Command(BaseCommand):
    help = "Publish the catalogue file to Stripe and to our own rows. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
        parser.add_argument("--file", type=Path, default=settings.CATALOGUE_FILE, help="the catalogue to publish")

    def handle(self, *args: Any, **options: Any) -> None:
        is_dry_run = options["dry_run"]
        try:
            sync = sync_catalogue(_read(options["file"]), is_dry_run=is_dry_run)
        except StripeUnreachable as error:
            raise CommandError(_NO_ANSWER, returncode=_RUN_AGAIN) from error
        except UnderWay as error:
            raise CommandError(error.message, returncode=_RUN_AGAIN) from error
        except BillingError as error:
            raise CommandError(f"Refused: {error.message}", returncode=_REFUSED) from error
        self._list("Would change at Stripe" if is_dry_run else "Changed at Stripe", sync.at_stripe)
        self._list("Would change in the database" if is_dry_run else "Changed in the database", sync.in_rows)
        if not (sync.at_stripe or sync.in_rows):
            self.stdout.write("The catalogue is up to date.")

    def _list(self, title: str, lines: Sequence[str]) -> None:
        if lines:
            self.stdout.write("\n  ".join([f"{title}:", *lines]))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"Cannot read {file}: {error}", returncode=_REFUSED) from error
