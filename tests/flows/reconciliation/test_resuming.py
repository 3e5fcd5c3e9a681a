"""A comparison that is killed, interrupted or left without an answer goes on where it stopped, and only one runs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F

from billing import clock
from billing.errors import ReconciliationRunning, StripeUnreachable
from billing.models import Drift, Reconciliation, Subscription, Work
from billing.services.reconcile import compare_next
from tests.billing.shop import Shop
from tests.flows.reconciliation.calls import Calls
from tests.flows.reconciliation.crowd import Crowd
from tests.webhooks.fault_matrix.programs import database_url
from webhooks.reconciliation import reconcile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[3]
LISTS = 10
_PATIENCE_SECONDS = 60.0


@pytest.fixture
def crowd(shop: Shop) -> Crowd:
    crowd = Crowd.gather(shop, count=8)
    for row in Subscription.objects.all():
        Subscription.objects.filter(pk=row.pk).update(quantity=F("quantity") + 4)
    return crowd


@contextmanager
def repairing() -> Iterator[subprocess.Popen[str]]:
    """`billing_repair --apply` in a process of its own on the test's database, against a slow Stripe."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "billing_repair", "--apply"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(**reached: int) -> None:
    ends_at = time.monotonic() + _PATIENCE_SECONDS
    while not Reconciliation.objects.filter(**reached).exists():
        assert time.monotonic() < ends_at, "the command got nowhere"
        time.sleep(0.05)


def slow_down(crowd: Crowd) -> None:
    crowd.shop.sandbox.fault("latency", times=0, seconds=0.7)


def speed_up(crowd: Crowd) -> None:
    crowd.shop.sandbox.ask("DELETE", "/_sandbox/faults")


def all_is_right() -> bool:
    return set(Subscription.objects.values_list("quantity", flat=True)) == {1}


def test_after_a_kill_the_next_one_goes_on_behind_the_last_page(crowd: Crowd) -> None:
    slow_down(crowd)
    with repairing() as process:
        wait_for(refreshes__gte=3)
        process.send_signal(signal.SIGKILL)
        process.wait()
    speed_up(crowd)
    killed = Reconciliation.objects.get()
    six_minutes_ago = clock.system_now() - timedelta(minutes=6)
    Reconciliation.objects.update(heard_of_at=six_minutes_ago)
    Work.objects.exclude(lease_until=None).update(lease_until=six_minutes_ago)

    run = reconcile(does_repair=True, asked_by="test")

    assert (killed.state, killed.drifts_repaired < 8) == ("running", True)
    assert (run.pk, run.state, run.pages) == (killed.pk, "finished", LISTS)
    assert all_is_right()
    assert Drift.objects.count() == run.drifts_found == run.drifts_repaired == 8


def test_control_c_puts_it_aside_and_says_how_to_go_on(crowd: Crowd) -> None:
    slow_down(crowd)
    with repairing() as process:
        wait_for(pages__gte=2)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=_PATIENCE_SECONDS)
    speed_up(crowd)
    paused = Reconciliation.objects.get()

    run = reconcile(does_repair=True, asked_by="test")

    assert process.returncode == 130
    assert "goes on where it stopped" in said
    assert "Traceback" not in said
    assert paused.state == "paused"
    assert (run.pk, run.pages) == (paused.pk, LISTS)
    assert all_is_right()


def test_control_c_during_a_repair_holds_no_object(crowd: Crowd) -> None:
    slow_down(crowd)
    with repairing() as process:
        wait_for(refreshes__gte=2)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=_PATIENCE_SECONDS)
    speed_up(crowd)

    run = reconcile(does_repair=True, asked_by="test")

    assert process.returncode == 130
    assert (run.drifts_repaired, all_is_right()) == (8, True)


@pytest.mark.parametrize("silent", ["/v1/invoices", "/v1/subscriptions/*"])
def test_after_a_silent_stripe_nothing_is_compared_twice(crowd: Crowd, silent: str) -> None:
    crowd.shop.sandbox.fault("http_500_before", times=0, match={"path": silent})
    with pytest.raises(StripeUnreachable):
        reconcile(does_repair=True, asked_by="test")
    broken = Reconciliation.objects.get()
    speed_up(crowd)
    calls = Calls(crowd.shop.sandbox)

    run = reconcile(does_repair=True, asked_by="test")

    assert (broken.state, broken.error) == ("failed", "stripe_unreachable")
    assert (run.pk, run.state, run.error, run.pages) == (broken.pk, "finished", "", LISTS)
    assert ("GET", "/v1/subscriptions") not in calls.made()
    assert all_is_right()


def test_two_never_run_at_once(crowd: Crowd) -> None:
    def start_another(run: Reconciliation) -> None:
        if run.pages == 1:
            with pytest.raises(ReconciliationRunning):
                reconcile(does_repair=True, asked_by="test")

    run = reconcile(does_repair=True, asked_by="test", tell=start_another)

    assert (Reconciliation.objects.count(), run.state) == (1, "finished")


def test_who_was_taken_over_writes_nothing_any_more(crowd: Crowd) -> None:
    reconcile(does_repair=True, asked_by="test", seconds=0)
    zombie = Reconciliation.objects.get()
    finished = reconcile(does_repair=True, asked_by="test")

    with pytest.raises(ReconciliationRunning):
        compare_next(zombie)

    assert Reconciliation.objects.get().pages == finished.pages
    assert Drift.objects.count() == 8


def test_its_time_over_it_puts_itself_aside_and_goes_on_later(crowd: Crowd) -> None:
    first = reconcile(does_repair=True, asked_by="test", seconds=0)
    first_state = Reconciliation.objects.get().state

    while (run := reconcile(does_repair=True, asked_by="test", seconds=0.05)).finished_at is None:
        pass

    assert (first_state, first.pk) == ("paused", run.pk)
    assert run.pages == LISTS
    assert all_is_right()
