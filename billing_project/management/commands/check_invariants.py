"""`manage.py check_invariants`: says what waits too long and which rows about money contradict each other."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.clock import business_now, system_now
from billing_project.invariants import INVARIANTS, broken_invariants


class Command(BaseCommand):
    help = "Check what must never be so. Reads only. Exit code 0 when all holds, 1 when something is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object instead of lines for a person.")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = broken_invariants(system_now(), business_now=business_now())
        if options["json"]:
            body = {"checked": len(INVARIANTS), "broken": [asdict(finding) for finding in findings]}
            self.stdout.write(json.dumps(body))
        for finding in [] if options["json"] else findings:
            self.stdout.write(self.style.ERROR(f"{finding.name}: {finding.count} against “{finding.says}”"))
            for found in finding.sample:
                self.stdout.write(f"    {found}")
        if findings:
            raise CommandError(f"{len(findings)} of {len(INVARIANTS)} invariants are broken.", returncode=1)
        if not options["json"]:
            self.stdout.write(self.style.SUCCESS(f"All {len(INVARIANTS)} invariants hold."))
