"""Nothing is lost when the database dies under the running product, or everything at once, broker included."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flows.running import Running
from tests.flows.storage import Storage, copy_migrated
from tests.flows.test_crash import Subscriber, assert_nothing_is_lost_or_double, wait_until
from tests.servers.postgresql import PostgreSQL
from tests.servers.redis_server import RedisServer
from tests.servers.server import Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ["DATABASE_URL"].startswith("postgres"), reason="a file does not die: make test-full runs these"
    ),
]
_HELD = "SELECT 1 FROM billing_work WHERE lease_until IS NOT NULL AND kind = 'subscription'"


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[Server]]:
    """Servers of this product alone, because they will be killed: the database, then the broker."""
    with PostgreSQL() as database, RedisServer() as broker:
        copy_migrated(database.url, programs=database.program("psql").parent)
        Storage(database.url, broker.url).keep(tmp_path / "data")
        yield [database, broker]


def pay_and_wait_for_a_refresh(running: Running) -> None:
    """Every event is acknowledged, and the worker is in the middle of its work."""
    running.sandbox(
        "POST",
        "/_sandbox/faults",
        {"fault": "latency", "seconds": 6, "times": 4, "match": {"method": "GET", "path": "/v1/subscriptions*"}},
    )
    Subscriber(running).pay_for_scale()
    wait_until(lambda: running.sandbox("GET", "/_sandbox/clock")["pending_deliveries"] == 0, running)
    wait_until(lambda: bool(running.rows(_HELD)), running)


def test_the_product_outlives_a_crash_of_its_database(servers: list[Server], start: Callable[[], Running]) -> None:
    running = start()
    pay_and_wait_for_a_refresh(running)

    servers[0].kill()
    servers[0].start()

    assert_nothing_is_lost_or_double(running)
    assert running.process.poll() is None  # One dead process would have stopped all.


def test_a_loss_of_power_in_the_middle_of_a_refresh_loses_nothing(
    servers: list[Server], start: Callable[[], Running]
) -> None:
    running = start()
    pay_and_wait_for_a_refresh(running)

    for server in servers:
        server.kill()
    running.crash()
    for server in servers:
        server.start()
    running = start()

    assert_nothing_is_lost_or_double(running)
