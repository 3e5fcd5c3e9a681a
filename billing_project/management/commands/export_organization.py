"""`manage.py export_organization <uuid>`: writes all that is kept on an organization as JSON to standard output.

Exit code 1: there is no such organization. The format is described in docs/export.md.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from billing.clock import system_now
from billing_project.archive import archive


class Command(BaseCommand):
    help = "Write everything that is kept on an organization and its people as one JSON document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organization", type=UUID, help="the organization's UUID, as the admin shows it")
        parser.add_argument("--file", type=Path, help="write there and not to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(uuid=options["organization"]).first()
        if organization is None:
            raise CommandError("There is no such organization.")
        if options["file"] is None:
            self._write(organization, sys.stdout.buffer)
            return
        with options["file"].open("wb") as file:
            self._write(organization, file)

    def _write(self, organization: Organization, file: BinaryIO) -> None:
        for piece in archive(organization, actor=None, now=system_now()):
            file.write(piece)
        file.flush()
