"""Prepares the Stripe account of the configured key: webhook endpoint, customer portal, catalogue.

docs/stripe-account.md says what remains to be done by hand. Exit codes are those of `sync_catalogue`.
"""

from typing import Any

from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from billing.errors import BillingError, StripeKeyRefused, StripeUnreachable
from billing.rules.stripe_account import SetupResult
from billing.services.setup_stripe import EndpointSetup, StripeSetup, setup_stripe
from billing_project.checks import TAG
from webhooks.registry import event_types

# The secret that it asks for is what this command makes.
_EMPTY_WEBHOOK_SECRET = "billing.E006"  # noqa: S105
_REFUSED = 1
_RUN_AGAIN = 3
_NO_ANSWER = "Stripe does not answer. Run this command again: it goes on where it stopped."
_KEY_REFUSED = (
    "Stripe refused the key: it is wrong, or a restricted key that lacks a right, such as reading its own account. "
    "docs/stripe-account.md lists the rights; the log names the request."
)


class Command(BaseCommand):
    help = "Prepare the Stripe account of the configured key. Safe to repeat; deletes nothing."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_bad_configuration()
        try:
            setup = setup_stripe(event_types())
        except StripeUnreachable as error:
            raise CommandError(_NO_ANSWER, returncode=_RUN_AGAIN) from error
        except StripeKeyRefused as error:
            raise CommandError(_KEY_REFUSED, returncode=_REFUSED) from error
        except BillingError as error:
            raise CommandError(f"Stripe refused: {error.message}", returncode=_REFUSED) from error
        self._report(setup)
        call_command("sync_catalogue", stdout=self.stdout, stderr=self.stderr)

    def _report(self, setup: StripeSetup) -> None:
        mode = "live" if settings.STRIPE_LIVE_MODE else "sandbox" if settings.USES_SANDBOX else "test"
        self.stdout.write(f"Account {setup.stripe_account_id} ({mode} mode)")
        self.stdout.write(f"Customer portal {setup.stripe_configuration_id}: {setup.portal}")
        for line in _endpoint_lines(setup.endpoint):
            self.stdout.write(line)


def _refuse_bad_configuration() -> None:
    faults = [fault for fault in run_checks(tags=[TAG]) if fault.is_serious() and fault.id != _EMPTY_WEBHOOK_SECRET]
    if faults:
        raise CommandError("\n".join(f"{fault.id}: {fault.msg}" for fault in faults), returncode=_REFUSED)


def _endpoint_lines(endpoint: EndpointSetup) -> list[str]:
    if endpoint.result == SetupResult.SKIPPED and settings.USES_SANDBOX:
        return ["Webhook endpoint: the sandbox was given its own when it was started"]
    if endpoint.result == SetupResult.SKIPPED:
        return [
            f"Webhook endpoint: Stripe cannot reach {endpoint.url}, so none was made. Run",
            f"  stripe listen --forward-to {endpoint.url}",
            "and put the secret that it prints into .env as STRIPE_WEBHOOK_SECRETS.",
        ]
    lines = [f"Webhook endpoint {endpoint.stripe_endpoint_id} for {endpoint.url}: {endpoint.result}"]
    if endpoint.secret:
        lines += [
            "Put this line into .env now. Stripe shows the secret this once; keep an old one behind a comma",
            "until the old endpoint is deleted:",
            f"  STRIPE_WEBHOOK_SECRETS={endpoint.secret}",
        ]
    for superfluous_id in endpoint.superfluous_ids:
        lines.append(
            f"{superfluous_id} sends to the same address: delete it in Stripe's dashboard once this one works."
        )
    return lines
