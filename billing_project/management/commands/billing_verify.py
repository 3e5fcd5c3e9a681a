"""`manage.py billing_verify`: says whether our rows agree with Stripe, and changes nothing.

Exit codes: 0 they agree, 1 they differ, 3 Stripe does not answer or refuses the key.
"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.errors import StripeKeyRefused, StripeUnreachable
from billing.services.verify import Verification, expected_objects, verify
from billing_project.checks import TAG
from billing_project.progress import Progress

_DIFFERENT = 1
_NO_ANSWER = 3
_SAMPLES = 5


class Command(BaseCommand):
    requires_system_checks = [TAG]
    help = "Compare our rows with Stripe's lists and change nothing. Exit code 1 if they differ, 3 without an answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object instead of text.")
        parser.add_argument(
            "--wait",
            type=float,
            default=10.0,
            metavar="SECONDS",
            help="How long to wait for webhooks that may be on their way, if something differs (default: 10).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Progress("comparing", total=expected_objects(), stream=self.stderr) as progress:
                result = verify(patience_seconds=options["wait"], tell=lambda so_far: progress.reach(so_far.compared))
        except (StripeUnreachable, StripeKeyRefused) as error:
            raise CommandError(f"Not compared to the end: {error}", returncode=_NO_ANSWER) from error
        self.stdout.write(json.dumps(_as_json(result)) if options["json"] else _as_text(result))
        if result.drifts:
            raise SystemExit(_DIFFERENT)


def _as_json(result: Verification) -> dict[str, Any]:
    return {
        "compared": result.compared,
        "pages": result.pages,
        "objects_that_differ": len(result.drifts),
        "kinds": result.counts(),
        "drifts": [
            {
                "object": drift.ref.kind.value,
                "id": drift.ref.stripe_id,
                "organization": drift.organization_id,
                "kind": found.kind.value,
                "ours": found.ours,
                "theirs": found.theirs,
            }
            for drift in result.drifts
            for found in drift.differences
        ],
    }


def _as_text(result: Verification) -> str:
    lines = [f"{result.compared} objects compared in {result.pages} calls: {len(result.drifts)} differ."]
    for kind, count in result.counts().items():
        ids = [drift.ref.stripe_id for drift in result.drifts if any(f.kind == kind for f in drift.differences)]
        more = " …" if len(ids) > _SAMPLES else ""
        lines.append(f"  {kind.replace('_', ' ')}: {count} ({', '.join(ids[:_SAMPLES])}{more})")
    if result.drifts:
        lines.append("`manage.py billing_repair --apply` brings our rows up to date; it changes nothing at Stripe.")
    return "\n".join(lines)
