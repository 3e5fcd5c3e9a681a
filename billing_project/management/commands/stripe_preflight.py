"""Says what the Stripe account needs before money moves, and records that only we collect from it.

It reads Stripe and changes nothing there. Exit codes: 0 nothing speaks against it; 1 a fault was found, or what was
asked for is refused; 3 Stripe did not answer: run it again.
"""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from billing import clock
from billing.errors import BillingError, StripeKeyRefused, StripeUnreachable
from billing.rules.preflight import SWITCHES_FOR_OWN
from billing.selectors.collector import collector_now, confirmation
from billing.services.preflight import (
    Preflight,
    confirm_own_collection,
    look_at_account,
    withdraw_own_collection,
)
from webhooks.registry import event_types

_REFUSED = 1
_RUN_AGAIN = 3
_NO_ANSWER = "Stripe does not answer. Run this command again."
_KEY_REFUSED = "Stripe refused the key: it is wrong, or lacks a right that docs/stripe-account.md lists."


class Command(BaseCommand):
    help = "Look at the Stripe account before it goes live, and say who collects from it. Changes nothing at Stripe."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print what was found as JSON")
        parser.add_argument("--by", default="", metavar="NAME", help="who confirms or withdraws")
        parser.add_argument("--account", default="", metavar="acct_…", help="the account that NAME confirms for")
        deed = parser.add_mutually_exclusive_group()
        deed.add_argument(
            "--confirm-own-collection",
            action="store_true",
            help="record that Stripe's own retries are switched off, so that we may retry",
        )
        deed.add_argument("--withdraw", action="store_true", help="take that back: Stripe collects, and we watch")

    def handle(self, *args: Any, **options: Any) -> None:
        is_deed = options["confirm_own_collection"] or options["withdraw"]
        if is_deed and not options["by"].strip():
            raise CommandError("Say who does it: --by NAME.", returncode=_REFUSED)
        try:
            if options["withdraw"]:
                self._withdraw(options["by"].strip())
            elif options["confirm_own_collection"]:
                self._confirm(options["by"].strip(), account=options["account"])
            else:
                self._look(is_json=options["json"])
        except StripeUnreachable as error:
            raise CommandError(_NO_ANSWER, returncode=_RUN_AGAIN) from error
        except StripeKeyRefused as error:
            raise CommandError(_KEY_REFUSED, returncode=_REFUSED) from error
        except BillingError as error:
            raise CommandError(error.message, returncode=_REFUSED) from error

    def _look(self, *, is_json: bool) -> None:
        wants_own = settings.DUNNING_COLLECTOR == "own" and not settings.USES_SANDBOX
        found = look_at_account(event_types(), wants_own=wants_own, now=clock.system_now())
        if is_json:
            self.stdout.write(json.dumps(_as_json(found), indent=2))
        else:
            self._report(found)
        if not found.is_sound:
            raise CommandError("Something has to be mended first.", returncode=_REFUSED)

    def _report(self, found: Preflight) -> None:
        self.stdout.write(f"Stripe account {found.account_id or 'unknown'} ({found.mode} mode)")
        for check in found.checks:
            self.stdout.write(f"  {check.mark:<5} {check.name}: {check.says}")
        self.stdout.write(_collector_line())
        if settings.USES_SANDBOX:
            return
        self.stdout.write("\nNo API reads these. Before you confirm own collection, set them in Stripe's dashboard:")
        for switch in SWITCHES_FOR_OWN:
            self.stdout.write(f"  - {switch.where}: {switch.value}. {switch.why}")

    def _confirm(self, by: str, *, account: str) -> None:
        if not account and sys.stdin.isatty():
            self._report(look_at_account(event_types(), wants_own=True, now=clock.system_now()))
            account = input("\nType the account's id to confirm that all of these are set: ").strip()
        if not account:
            raise CommandError("Without a terminal, name the account: --account acct_…", returncode=_REFUSED)
        row = confirm_own_collection(event_types(), by=by, stripe_account_id=account, now=clock.system_now())
        self.stdout.write(
            f"{row.confirmed_by} confirmed own collection for {row.stripe_account_id} on {row.confirmed_at:%Y-%m-%d}."
        )
        self.stdout.write(_collector_line())

    def _withdraw(self, by: str) -> None:
        was_confirmed = withdraw_own_collection(by=by, now=clock.system_now())
        self.stdout.write("Withdrawn." if was_confirmed else "Nothing was confirmed.")
        self.stdout.write(
            "Switch Stripe's retries on again: new failures are collected by Stripe now. Cases that are open stay "
            "with us, and each is looked at before every try."
        )


def _collector_line() -> str:
    setting, now = settings.DUNNING_COLLECTOR, collector_now()
    if setting == now:
        return f"DUNNING_COLLECTOR={setting}: " + ("we retry." if now == "own" else "Stripe retries, we watch.")
    return (
        f"DUNNING_COLLECTOR={setting}, but nobody has confirmed it for this account, so Stripe retries and we watch: "
        "run stripe_preflight --confirm-own-collection --by NAME."
    )


def _as_json(found: Preflight) -> dict[str, Any]:
    row = confirmation()
    return {
        "account": found.account_id,
        "mode": found.mode,
        "is_sound": found.is_sound,
        "collector": {"setting": settings.DUNNING_COLLECTOR, "now": collector_now().value},
        "confirmed": row and {"by": row.confirmed_by, "at": row.confirmed_at.isoformat()},
        "checks": [asdict(check) for check in found.checks],
        "by_hand": [asdict(switch) for switch in SWITCHES_FOR_OWN],
    }
