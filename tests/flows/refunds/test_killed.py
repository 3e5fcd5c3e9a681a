"""A worker is killed while Stripe works on a refund or its credit note: it is made once, and its note by the next."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from billing.models import ChargeAttempt, RefundLimit, RefundRequest
from billing.tasks import sweep as sweep_task
from tests.billing.conftest import shop
from tests.billing.refunding import ask, at_stripe, faults_of, notes_of, paid, sweep_later
from tests.billing.shop import Shop
from tests.flows.refunds.points import kills
from tests.webhooks.fault_matrix.programs import Program

__all__ = ["shop"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(1800)]
_STRIPE_WORKS_SECONDS = 1.0
_PATIENCE_SECONDS = 120.0


@pytest.fixture
def run_worker(tmp_path: Path) -> Iterator[Callable[[], Program]]:
    """A worker as the Procfile starts it, which is woken once."""
    started: list[Program] = []

    def run() -> Program:
        line = {"STRIPE_SANDBOX_URL": settings.STRIPE_API_BASE, "CELERY_BROKER_URL": settings.CELERY_BROKER_URL}
        started.append(Program("worker", folder=tmp_path, **line))
        started[-1].start()
        sweep_task.delay()
        return started[-1]

    yield run
    for program in started:
        program.kill()


def test_a_worker_killed_while_money_goes_back(shop: Shop, run_worker: Callable[[], Program]) -> None:
    charge = paid(shop)
    RefundLimit.objects.update(per_charge_minor=10**6, per_day_minor=10**6)
    chance = random.Random(7)

    for number in range(kills()):
        request = ask(shop, charge, 100 + number)
        kill_in_the_middle(
            shop, request, run_worker, path=("/v1/refunds", "/v1/credit_notes")[number % 2], chance=chance
        )
        for _ in range(3):
            sweep_later(shop)
        assert faults_of(charge) == []

    assert_all_went_back(charge)


def kill_in_the_middle(
    shop: Shop, request: RefundRequest, run_worker: Callable[[], Program], *, path: str, chance: random.Random
) -> None:
    """Stripe takes its time over the call, and meanwhile, or right after its answer, the worker dies."""
    shop.sandbox.fault("latency", seconds=_STRIPE_WORKS_SECONDS, match={"method": "POST", "path": path})
    worker = run_worker()
    ends_at = time.monotonic() + _PATIENCE_SECONDS
    while not has_begun(request, path):
        assert time.monotonic() < ends_at, worker.log.read_text()[-3000:]
        time.sleep(0.02)
    time.sleep(chance.uniform(0, 1.4 * _STRIPE_WORKS_SECONDS))
    worker.kill()
    shop.sandbox.ask("DELETE", "/_sandbox/faults")
    time.sleep(_STRIPE_WORKS_SECONDS)  # Stripe does what it was asked for, whoever is there to hear of it.


def has_begun(request: RefundRequest, path: str) -> bool:
    request.refresh_from_db()
    return request.sent_at is not None if path == "/v1/refunds" else request.credit_note_sent_at is not None


def assert_all_went_back(charge: ChargeAttempt) -> None:
    amounts = sorted(refund["amount"] for refund in at_stripe(charge))

    assert amounts == [100 + number for number in range(kills())]
    assert len(notes_of(charge)) == kills()
