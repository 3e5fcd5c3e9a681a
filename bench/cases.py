"""A worker among a number of dunning cases: says how long its round takes and how fast it claims what is due.

`python -m bench.cases CASES` fills a fresh PostgreSQL, then answers lines on its input: `sweep ROUNDS` with the
median milliseconds, `claim DUE` with cases a second. No Stripe is asked: due cases get their recorded try, which is
taken away before the sweep would send it.
"""

import logging
import statistics
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import django
from django.core.management import call_command
from django.utils import timezone

_WARM_UP = 3


def main(cases: int) -> None:
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    logging.getLogger("billing").addHandler(_Fail(logging.ERROR))
    from bench.case_rows import Rows, analyze

    morning = _last_morning()
    rows = Rows(morning)
    rows.add(1, cases)
    analyze()
    print("ready", flush=True)
    for line in sys.stdin:
        word, number = line.split()
        if word == "sweep":
            print(_sweep_ms(int(number)), flush=True)
        else:
            print(_claim_rate(rows, int(number), now=morning), flush=True)


def _last_morning() -> datetime:
    """The standard policy tries between six and nine."""
    now = timezone.now()
    seven = now.replace(hour=7, minute=0, second=0, microsecond=0)
    return seven if seven <= now else seven - timedelta(days=1)


class _Fail(logging.Handler):
    """The task logs what fails in it and goes on; a figure of a failure would be none."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.exit(record.getMessage())


def _sweep_ms(rounds: int) -> float:
    """Median milliseconds of the worker's whole round while nothing is due."""
    from billing.tasks import collect_due_payments

    spans = []
    for _ in range(_WARM_UP + rounds):
        began = time.perf_counter()
        collect_due_payments()
        spans.append((time.perf_counter() - began) * 1000)
    return statistics.median(spans[_WARM_UP:])


def _claim_rate(rows: Any, due: int, *, now: datetime) -> float:
    """Cases a second: each looked at with its card's history, decided by the rules, and its try committed."""
    from billing.models import DunningAttempt, DunningCase
    from billing.services.claim_due_cases import claim_due_cases

    with rows.due(due):
        claimed = 0
        began = time.perf_counter()
        while found := claim_due_cases(now):
            claimed += found
        seconds = time.perf_counter() - began
        planned = DunningAttempt.objects.filter(state="planned").count()
        if (claimed, planned) != (due, due):
            why = DunningCase.objects.filter(stripe_invoice_id__startswith="due_").values_list("waits_for", "due_at")
            raise RuntimeError(f"claimed {claimed} and planned {planned} of {due}: {why.first()}")
    return due / seconds


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
