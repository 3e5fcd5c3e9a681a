"""`manage.py billing_repair`: brings our rows up to what Stripe has; it changes nothing at Stripe and causes no mail.

Exit codes: 0 done, 1 something is left to be repaired, 2 another one is running, 3 Stripe does not answer or refuses
the key, 130 interrupted. After 3 and 130 the same command goes on where it stopped.
"""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.errors import ReconciliationRunning, StripeKeyRefused, StripeUnreachable
from billing.models import Reconciliation
from billing.services.reconcile import expected_objects
from billing.terms import DriftOutcome
from billing_project.checks import TAG
from billing_project.progress import Progress
from webhooks.reconciliation import reconcile

_LEFT = 1
_RUNNING = 2
_NO_ANSWER = 3
_INTERRUPTED = 130
_AGAIN = "Run the same command again: it goes on where it stopped."


class Command(BaseCommand):
    requires_system_checks = [TAG]
    help = "Compare our rows with Stripe's lists, keep the ledger of what differs, and repair our rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--dry-run", action="store_true", help="Only write down what differs.")
        how.add_argument("--apply", action="store_true", help="Repair our rows, too. Stripe is never changed.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Progress("comparing", total=expected_objects(), stream=self.stderr) as progress:
                run = reconcile(
                    does_repair=options["apply"],
                    asked_by="command",
                    tell=lambda so_far: progress.reach(so_far.objects_compared),
                )
        except ReconciliationRunning as error:
            raise CommandError(str(error), returncode=_RUNNING) from error
        except (StripeUnreachable, StripeKeyRefused) as error:
            raise CommandError(f"Broken off: {error} {_AGAIN}", returncode=_NO_ANSWER) from error
        except KeyboardInterrupt as error:
            raise CommandError(f"Interrupted. {_AGAIN}", returncode=_INTERRUPTED) from error
        is_left = self._report(run)
        if is_left:
            raise SystemExit(_LEFT)

    def _report(self, run: Reconciliation) -> bool:
        """Say what was done for each kind; whether anything is left."""
        drifts = run.drifts.values_list("kind", "outcome")
        self.stdout.write(
            f"{run.objects_compared} objects compared: {run.pages} pages, {run.refreshes} refreshes, "
            f"{run.drifts_found} differences, {run.drifts_repaired} put right."
        )
        for (kind, outcome), count in sorted(Counter(drifts).items()):
            self.stdout.write(f"  {kind.replace('_', ' ')}: {count} {outcome.replace('_', ' ')}")
        right = {DriftOutcome.REPAIRED, DriftOutcome.BY_EVENT, DriftOutcome.UNFOUNDED}
        return any(outcome not in right for _, outcome in drifts)
