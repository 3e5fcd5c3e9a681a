"""A worker that sleeps beyond its lease, and a broker that goes and comes back, between real processes."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from billing.gateway.client import client
from billing.mirror import work
from billing.mirror.refresh import carry_out, refresh
from billing.mirror.refs import ObjectRef
from billing.models import Customer, Transition, Work
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.sandbox_fixture import Sandbox
from tests.servers.redis_server import RedisServer
from tests.webhooks.deliveries import event_body
from tests.webhooks.fault_matrix.load import post_once
from tests.webhooks.fault_matrix.programs import Program, WebServer
from webhooks.models import InboxEvent
from webhooks.tasks import process_inbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PATIENCE_SECONDS = 60.0


def wait_until(holds: Callable[[], bool], *, log: Path) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends_at, log.read_text()[-3000:]
        time.sleep(0.02)


def row_of(ref: ObjectRef) -> Work:
    return Work.objects.get(pk=ref.key)


def stop_outside_a_write(worker: Program) -> None:
    """SQLite has one lock for all writers: a process stopped with it would stop the test as well."""
    worker.signal_all(signal.SIGSTOP)
    while connection.vendor == "sqlite" and not can_write():
        worker.signal_all(signal.SIGCONT)
        time.sleep(0.02)
        worker.signal_all(signal.SIGSTOP)


def can_write() -> bool:
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0.1)) as line:
        try:
            line.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        line.rollback()
        return True


@pytest.mark.fault("X18", "W9", "D4")
def test_a_worker_stopped_beyond_its_lease_writes_nothing_when_it_wakes(
    quiet_sandbox: Sandbox, run: Callable[..., Program]
) -> None:
    shop = Shop.open(quiet_sandbox)
    subscription = shop.subscribe()
    ref = ObjectRef(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id)
    path = f"/v1/subscriptions/{ref.stripe_id}"
    quiet_sandbox.fault("latency", seconds=2, times=1, match={"method": "GET", "path": path})
    work.want([ref])
    worker = run(
        "worker", CELERY_BROKER_URL=settings.CELERY_BROKER_URL, STRIPE_TIMEOUT_SECONDS="3", REFRESH_LEASE_SECONDS="7"
    )
    process_inbox.delay()
    wait_until(lambda: row_of(ref).lease_until is not None, log=worker.log)

    stop_outside_a_write(worker)
    client().v1.subscriptions.cancel(ref.stripe_id)
    carry_out(work.claim(ref, wait_seconds=30))
    subscription.refresh_from_db()
    ours = (subscription.status, Transition.objects.filter(stripe_id=ref.stripe_id).count(), row_of(ref).want)
    worker.signal_all(signal.SIGCONT)
    wait_until(lambda: row_of(ref).want > ours[2] and row_of(ref).done == row_of(ref).want, log=worker.log)

    subscription.refresh_from_db()
    assert ours[0] == subscription.status == "canceled"
    assert Transition.objects.filter(stripe_id=ref.stripe_id).count() == ours[1]
    assert row_of(ref).fence >= 3


@pytest.mark.fault("X18", "X17", "W6")
def test_what_a_killed_worker_held_is_done_by_the_next_when_the_lease_ends(
    quiet_sandbox: Sandbox, run: Callable[..., Program]
) -> None:
    customer = client().v1.customers.create(params={"email": "alice@example.com"})
    ref = ObjectRef(ObjectKind.CUSTOMER, customer["id"])
    refresh(ref)
    quiet_sandbox.fault(
        "latency", seconds=2, times=1, match={"method": "GET", "path": f"/v1/customers/{customer['id']}"}
    )
    work.want([ref])
    short = {"STRIPE_TIMEOUT_SECONDS": "3", "REFRESH_LEASE_SECONDS": "7"}
    broker = settings.CELERY_BROKER_URL
    worker = run("worker", CELERY_BROKER_URL=broker, **short)
    process_inbox.delay()
    wait_until(lambda: row_of(ref).lease_until is not None, log=worker.log)

    worker.kill()
    client().v1.customers.update(customer["id"], params={"email": "later@example.com"})
    run("worker", CELERY_BROKER_URL=broker, **short)
    run("beat", CELERY_BROKER_URL=broker)
    wait_until(lambda: row_of(ref).done == row_of(ref).want, log=worker.log)

    assert row_of(ref).fence == 3
    assert Customer.objects.filter(stripe_customer_id=customer["id"]).count() <= 1


@contextmanager
def absent_broker(folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The address of a broker that is not there, and what brings it there."""
    if os.environ["CELERY_BROKER_URL"].startswith("redis"):
        with RedisServer() as server:
            server.kill()
            yield server.url, server.start
    else:
        place = folder / "not_mounted"
        yield f"sqla+sqlite:///{place / 'broker.sqlite3'}", place.mkdir


@pytest.mark.fault("X19", "W6")
def test_deliveries_are_taken_without_a_broker_and_worked_off_when_it_is_back(
    quiet_sandbox: Sandbox, run: Callable[..., Any], tmp_path: Path
) -> None:
    with absent_broker(tmp_path) as (address, bring_back):
        web: WebServer = run("web", CELERY_BROKER_URL=address)
        answers = [post_once(web.port, event_body(f"evt_{number}")) for number in range(20)]
        new_before = InboxEvent.objects.filter(state="new").count()

        bring_back()
        worker = run("worker", CELERY_BROKER_URL=address)
        run("beat", CELERY_BROKER_URL=address)
        wait_until(lambda: InboxEvent.objects.filter(state="done").count() == 20, log=worker.log)

        assert {status for status, _ in answers} == {200}
        assert max(seconds for _, seconds in answers) < 2
        assert new_before == 20
        worker.kill()
