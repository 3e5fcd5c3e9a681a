"""`manage.py dunning_simulate`: compares dunning policies on a model whose every assumption it prints.

It asks nobody, changes nothing, and reads only the saved policies that `--policy` names. Exit codes: 0 done, 1 a
policy or file that cannot be had, 130 interrupted.
"""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.errors import BillingError
from billing.lab.chart import as_svg
from billing.lab.contestants import Contestant, engine_contestant, standard_contestants
from billing.lab.report import Run, as_json, as_text
from billing.lab.tournament import run_tournament
from billing.selectors.stored_policies import stored_policies
from billing_project.progress import Progress

_REFUSED = 1
_INTERRUPTED = 130
_DRAWS, _FAILURES, _SEED = 60, 200, 1
_MOST_DRAWS, _MOST_FAILURES = 2_000, 20_000


class Command(BaseCommand):
    help = "Compare dunning policies on a model of failed payments: the rules are production's, the payments made up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--draws", type=_up_to(_MOST_DRAWS), default=_DRAWS, help=f"draws of the assumptions (default {_DRAWS})"
        )
        parser.add_argument(
            "--failures",
            type=_up_to(_MOST_FAILURES),
            default=_FAILURES,
            help=f"failed payments a draw (default {_FAILURES})",
        )
        parser.add_argument(
            "--seed", type=int, default=_SEED, help=f"the same seed gives the same figures (default {_SEED})"
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures and assumptions there")
        parser.add_argument("--chart", type=Path, metavar="FILE", help="draw them there, as an SVG")
        parser.add_argument(
            "--policy",
            action="append",
            default=[],
            metavar="KEY",
            help="also compare the newest saved version under this key; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        contestants = (*standard_contestants(), *_saved(list(dict.fromkeys(options["policy"]))))
        run = self._run(contestants, draws=options["draws"], failures=options["failures"], seed=options["seed"])
        self.stdout.write(as_text(run))
        if options["json"]:
            _write(options["json"], json.dumps(as_json(run), indent=2) + "\n")
        if options["chart"]:
            _write(options["chart"], as_svg(run))

    def _run(self, contestants: tuple[Contestant, ...], *, draws: int, failures: int, seed: int) -> Run:
        cases = draws * failures * len(contestants)
        try:
            with Progress("simulating", total=cases, stream=self.stderr, unit="cases") as progress:
                results = run_tournament(contestants, draws=draws, failures=failures, seed=seed, tell=progress.reach)
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted; nothing was written.", returncode=_INTERRUPTED) from error
        return Run(seed=seed, draws=draws, failures=failures, results=results)


def _saved(keys: list[str]) -> list[Contestant]:
    try:
        found = stored_policies(keys)
    except BillingError as error:
        raise CommandError(error.message, returncode=_REFUSED) from error
    return [
        engine_contestant(policy, body=body, label=f"saved: {policy.key} v{policy.version}") for policy, body in found
    ]


def _up_to(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not 1 <= value <= most:
            raise ArgumentTypeError(f"must be from 1 to {most}")
        return value

    return number


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"Cannot write {file}: {error}", returncode=_REFUSED) from error
