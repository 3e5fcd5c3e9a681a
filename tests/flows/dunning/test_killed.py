"""Worker processes are killed while Stripe works on what they asked for: it is done once, and by the next."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from billing.models import DunningAttempt, DunningCase
from billing.tasks import collect_due_payments
from tests.flows.dunning.amount import is_full, kills
from tests.flows.dunning.judging import double_charges, faults_of
from tests.flows.dunning.stage import TO_THE_RENEWAL
from tests.flows.dunning.story import Story, next_moment
from tests.flows.dunning.worker import end_waits
from tests.webhooks.fault_matrix.programs import Program

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(1800)]
_STRIPE_WORKS_SECONDS = 1.5
_PATIENCE_SECONDS = 120.0
_WHILE_WORKING = random.Random(6)


@pytest.fixture
def run_worker(tmp_path: Path) -> Iterator[Callable[[], Program]]:
    """A worker as the Procfile starts it, which reaches Stripe past the witness, and is woken once."""
    started: list[Program] = []

    def run() -> Program:
        line = {"STRIPE_SANDBOX_URL": settings.STRIPE_API_BASE, "CELERY_BROKER_URL": settings.CELERY_BROKER_URL}
        started.append(Program("worker", folder=tmp_path, **line))
        started[-1].start()
        collect_due_payments.delay()
        return started[-1]

    yield run
    for program in started:
        program.kill()


def test_a_worker_killed_while_a_card_is_charged(
    begin_story: Callable[..., Story], run_worker: Callable[[], Program]
) -> None:
    story = failed_renewals(begin_story(), "pm_card_sandbox_sequence_insufficient_funds,do_not_honor,ok")

    for _ in range(kills()):
        if not DunningAttempt.objects.filter(state__in=["sending", "unknown"]).exists():
            advance_to_the_next(story)
        kill_in_the_middle(story, run_worker, method="POST", path="/v1/invoices/*")

    assert_it_ends_well(story)


@pytest.mark.skipif(not is_full(), reason="part of make test-full")
def test_a_worker_killed_while_a_new_card_is_tried(
    begin_story: Callable[..., Story], run_worker: Callable[[], Program]
) -> None:
    story = failed_renewals(begin_story(), "pm_card_sandbox_stolen_card")

    for number in range(kills()):
        flying = DunningAttempt.objects.filter(state__in=["planned", "sending", "unknown"]).exists()
        if not flying:
            story.stage.use_card(
                story.stage.subscribers[0], f"pm_card_sandbox_sequence_expired_card,{'ok,' * number}ok"
            )
            story.stage.tell()
            story.workers.steps, steps = (), story.workers.steps
            story.round()
            story.workers.steps = steps
        kill_in_the_middle(story, run_worker, method="POST", path="/v1/invoices/*")

    assert_it_ends_well(story)


@pytest.mark.skipif(not is_full(), reason="part of make test-full")
def test_a_worker_killed_while_plans_are_ended(
    begin_story: Callable[..., Story], run_worker: Callable[[], Program]
) -> None:
    story = failed_renewals(begin_story(subscribers=kills()), "pm_card_sandbox_stolen_card")
    for _ in range(2):
        advance_to_the_next(story)
        if not DunningCase.objects.filter(last_notice_at=None).exists():
            break
        story.round()

    for _ in range(kills()):
        kill_in_the_middle(story, run_worker, method="DELETE", path="/v1/subscriptions/*")

    assert_it_ends_well(story)
    assert set(DunningCase.objects.values_list("state", flat=True)) == {"lost"}


def failed_renewals(story: Story, token: str) -> Story:
    for subscriber in story.stage.subscribers:
        story.stage.use_card(subscriber, token)
    story.stage.sandbox.advance(TO_THE_RENEWAL)
    story.stage.tell()
    story.round()
    return story


def advance_to_the_next(story: Story) -> None:
    upcoming = next_moment(story.stage.now)
    assert upcoming is not None
    story.stage.advance(upcoming - story.stage.now)


def kill_in_the_middle(story: Story, run_worker: Callable[[], Program], *, method: str, path: str) -> None:
    """Stripe takes its time over the next such call, and meanwhile, or right after its answer, the worker dies."""
    record = story.witness.record
    seen = len(record.calls) + record.final_calls
    story.stage.sandbox.fault("latency", seconds=_STRIPE_WORKS_SECONDS, match={"method": method, "path": path})
    worker = run_worker()
    ends_at = time.monotonic() + _PATIENCE_SECONDS
    while len(record.calls) + record.final_calls == seen:
        assert time.monotonic() < ends_at, worker.log.read_text()[-3000:]
        time.sleep(0.02)
    time.sleep(_WHILE_WORKING.uniform(0, 1.4 * _STRIPE_WORKS_SECONDS))
    worker.kill()
    story.stage.sandbox.ask("DELETE", "/_sandbox/faults")
    time.sleep(_STRIPE_WORKS_SECONDS)  # Stripe does what it was asked for, whoever is there to hear of it.
    end_waits(has_died=True)


def assert_it_ends_well(story: Story) -> None:
    story.finish()
    assert faults_of(story.stage, story.witness.record) == []
    assert double_charges(story.stage) == 0
