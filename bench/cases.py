"""Measures how fast due cases are claimed and decided, and what the sweep costs among few and among many cases.

`python -m bench.cases DUE FEW MANY ROUNDS` fills a fresh PostgreSQL and prints one JSON object. No Stripe is asked:
due cases get their recorded try, which is taken away before the sweep would send it.
"""

import json
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


def main(due: int, few: int, many: int, rounds: int) -> dict[str, float]:
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    logging.getLogger("billing").addHandler(_Fail(logging.ERROR))
    from bench.case_rows import Rows, analyze

    morning = _last_morning()
    rows = Rows(morning)
    rows.add(1, few)
    analyze()
    few_ms, few_rate = _sweep_ms(rounds), _claim_rate(rows, due, now=morning)
    rows.add(few + 1, many)
    analyze()
    many_ms, many_rate = _sweep_ms(rounds), _claim_rate(rows, due, now=morning)
    return {"few_ms": few_ms, "few_rate": few_rate, "many_ms": many_ms, "many_rate": many_rate}


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
    print(json.dumps(main(*map(int, sys.argv[1:]))))
